"""Changing a password."""

import pytest
from django.conf import settings
from django.test import Client

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from tests.factories import accounts

pytestmark = pytest.mark.django_db
OLD, NEW = "the old tide table", "a newer tide table"


@pytest.fixture
def user() -> User:
    """A reviewer with a password."""
    return staff(Role.REVIEWER)


def staff(role: Role) -> User:
    """Someone with a password and a role."""
    user = accounts.staff(role)
    user.set_password(OLD)
    user.save()
    return user


def change(user: User, old: str = OLD, new: str = NEW) -> "tuple[list[tuple[str, int]], str]":
    """Where the form leads, and the page there."""
    client = Client()
    client.force_login(user)
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    answer = client.post("/sign-in/password/", form, follow=True)
    assert answer.status_code == 200
    user.refresh_from_db()
    return answer.redirect_chain, answer.content.decode()


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.REVIEWER, "/desk/"), (Role.CHIEF_REVIEWER, "/desk/"), (Role.REPORTER, "/cms/"), (Role.EDITOR, "/cms/")],
)
def test_a_new_password_leads_to_the_place_of_work(role: Role, place: str) -> None:
    user = staff(role)
    chain, page = change(user)
    assert chain == [(place, 302)]
    assert "Your password has been changed." in page
    assert user.check_password(NEW)


def test_the_desk_leads_to_the_form() -> None:
    assert 'href="/sign-in/password/"' in accounts.signed_in(Role.REVIEWER).get("/desk/").content.decode()


def test_a_wrong_password_changes_nothing(user: User) -> None:
    assert change(user, old="wrong")[0] == []
    assert user.check_password(OLD)


def test_the_new_password_differs_from_the_old_one(user: User) -> None:
    chain, page = change(user, new=OLD)
    assert chain == []
    assert "This is the password that you have now." in page


def test_attempts_at_the_old_password_are_counted_like_those_to_sign_in(user: User) -> None:
    client = Client()
    client.force_login(user)
    form = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    told = [client.post("/sign-in/password/", form).status_code for _ in range(21)]
    assert told == [200] * 20 + [429]


def test_nobody_changes_a_password_without_signing_in(client: Client) -> None:
    response = client.get("/sign-in/password/")
    assert response.headers["Location"] == f"{settings.LOGIN_URL}?next=/sign-in/password/"
