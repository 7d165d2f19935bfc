"""Makes the paper's staff, each with the rights that migrations give their role."""

from itertools import count

from django.contrib.auth.models import Group
from django.test import Client

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role

PASSWORD = "the tide is out today"
_numbers = count(1)


def staff(*roles: Role, email: str = "", password: str = PASSWORD, **fields: object) -> User:
    """Makes somebody of the staff in these roles; without any, somebody who can sign in and do nothing."""
    email = email or f"{(roles[0].name if roles else 'staff').lower()}-{next(_numbers)}@paper.example"
    person = User.objects.create_user(email, password, **fields)
    person.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return person


def signed_in(*roles: Role) -> Client:
    """The browser of somebody in these roles, after sign-in."""
    client = Client()
    client.force_login(staff(*roles))
    return client


def administrator() -> Client:
    """The browser of an administrator, after sign-in."""
    client = Client()
    client.force_login(staff(is_superuser=True))
    return client
