"""The accounts of the demo, with their common password, which guards invented copy only (ADR 14)."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role

SIGN_IN_WORDS = "the tide comes in twice"


@dataclass(frozen=True)
class SignIn:
    """An account of the demo."""

    email: str
    name: str
    role: Role
    may: str | Promise


EDITOR = SignIn("editor@brackwater.example", "Marian Holt", Role.EDITOR, _("writes, publishes and corrects at /cms/"))
REPORTER = SignIn("reporter@brackwater.example", "Leila Farrow", Role.REPORTER, _("writes drafts at /cms/"))
REVIEWER = SignIn("reviewer@brackwater.example", "Bettina Foss", Role.REVIEWER, _("reviews comments at /desk/"))
CHIEF = SignIn("chief@brackwater.example", "Ismay Calder", Role.CHIEF_REVIEWER, _("also reverses decisions at /desk/"))
SIGN_INS = (EDITOR, REPORTER, REVIEWER, CHIEF)


def create_accounts() -> dict[Role, User]:
    """Create the accounts, each in its group, and return them by role."""
    password = make_password(SIGN_IN_WORDS)  # once for all: it takes most of a second
    accounts = {sign_in.role: _account(sign_in, password) for sign_in in SIGN_INS}
    for role, account in accounts.items():
        account.groups.add(Group.objects.get(name=role))
    return accounts


def _account(sign_in: SignIn, password: str) -> User:
    first, last = sign_in.name.split(" ", 1)
    return User.objects.create(email=sign_in.email, first_name=first, last_name=last, password=password)
