"""Signing in leads to the place of work, and a refusal says who is signed in."""

import pytest
from django.test import Client

from broadsheet.accounts.states import Role
from tests.factories import accounts

pytestmark = pytest.mark.django_db
WORD = "the old tide table"


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.REVIEWER, "/desk/"), (Role.CHIEF_REVIEWER, "/desk/"), (Role.REPORTER, "/cms/"), (Role.EDITOR, "/cms/")],
)
def test_signing_in_leads_to_the_place_of_work_or_to_the_page_that_was_asked_for(role: Role, place: str) -> None:
    user = accounts.staff(role)
    user.set_password(WORD)
    user.save()
    for asked, right in (("", place), ("/archive/", "/archive/"), ("https://evil.example/", place)):
        client = Client()
        answer = client.post("/sign-in/", {"username": user.email, "password": WORD, "next": asked})
        assert answer.headers["Location"] == right
        assert client.get("/sign-in/").headers["Location"] == place


@pytest.mark.parametrize(
    ("role", "closed", "own"), [(Role.EDITOR, "/desk/", "/cms/"), (Role.REVIEWER, "/cms/", "/desk/")]
)
def test_a_page_that_is_closed_to_an_account_names_it_and_leads_on(role: Role, closed: str, own: str) -> None:
    page = accounts.signed_in(role).get(closed, follow=True)
    told = page.content.decode()
    assert page.status_code == 403
    assert "You are signed in as" in told
    assert f'<a href="{own}">' in told
    assert 'action="/sign-out/"' in told
