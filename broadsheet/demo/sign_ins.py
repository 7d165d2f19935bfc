"""The people who can sign in to the demo, and the one password of them all: it guards nothing but invented copy."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role

SIGN_IN_WORDS = "the tide comes in twice"


@dataclass(frozen=True)
class SignIn:
    """One account of the demo."""

    email: str
    name: str
    role: Role
    may: str


EDITOR = SignIn("editor@brackwater.example", "Marian Holt", Role.EDITOR, "writes, publishes and corrects at /cms/")
REPORTER = SignIn("reporter@brackwater.example", "Leila Farrow", Role.REPORTER, "writes drafts at /cms/")
REVIEWER = SignIn("reviewer@brackwater.example", "Bettina Foss", Role.REVIEWER, "reads comments and decides at /desk/")
CHIEF = SignIn("chief@brackwater.example", "Ismay Calder", Role.CHIEF_REVIEWER, "reverses decisions too, at /desk/")
SIGN_INS = (EDITOR, REPORTER, REVIEWER, CHIEF)


def create_accounts() -> dict[Role, User]:
    """Creates the four accounts, each in its group; the password is stretched once for all, which takes a while."""
    stretched = make_password(SIGN_IN_WORDS)
    accounts = {one.role: _account(one, stretched) for one in SIGN_INS}
    for role, account in accounts.items():
        account.groups.add(Group.objects.get(name=role))
    return accounts


def _account(one: SignIn, stretched: str) -> User:
    first, last = one.name.split(" ", 1)
    return User.objects.create(email=one.email, first_name=first, last_name=last, password=stretched)
