"""An account that has decided comments is not deleted by any road; its access can be taken away."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from tests.factories import accounts, discussion
from tests.newsroom.desk import words_of

pytestmark = pytest.mark.django_db
ONE = "ida@paper.example has decided comments, which stay on record, so the account can’t be deleted."
TWO = "ida@paper.example, bo@paper.example have decided comments, which stay on record"


def reviewer(email: str, *, has_decided: bool = True) -> User:
    person = accounts.staff(Role.REVIEWER, email=email)
    if has_decided:
        discussion.published(by=person)
    return person


def deleted(client: Client, *users: User) -> Any:
    """The page that the button of one account leads to, or that of several ticked accounts."""
    if len(users) == 1:
        return client.post(reverse("wagtailusers_users:delete", args=[users[0].pk]), follow=True)
    address = reverse("wagtail_bulk_action", args=["accounts", "user", "delete"])
    return client.post(f"{address}?{'&'.join(f'id={user.pk}' for user in users)}", follow=True)


def press_the_button(client: Client, page: Any) -> None:
    form = BeautifulSoup(page.content, "html.parser").select_one("form:has([name=mark_as_active])")
    assert form is not None
    values = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    assert client.post(str(form["action"]), values).status_code == 302


@pytest.mark.parametrize("asks", ["get", "post"])
def test_the_button_refuses_in_words_and_offers_to_take_the_access_away(asks: str) -> None:
    ida, admin = reviewer("ida@paper.example"), accounts.administrator()
    page = getattr(admin, asks)(reverse("wagtailusers_users:delete", args=[ida.pk]))
    assert (page.status_code, ONE in words_of(page)) == (409, True)
    press_the_button(admin, page)
    ida.refresh_from_db()
    assert not ida.is_active


def test_ticked_accounts_are_all_kept_where_one_has_decided_and_the_button_is_for_those_that_have() -> None:
    ida, bo = reviewer("ida@paper.example"), reviewer("bo@paper.example")
    eve, admin = reviewer("eve@paper.example", has_decided=False), accounts.administrator()
    page = deleted(admin, ida, bo, eve)
    assert (page.status_code, TWO in words_of(page)) == (409, True)
    press_the_button(admin, page)
    active = User.objects.filter(pk__in=[ida.pk, bo.pk, eve.pk], is_active=True)
    assert list(active) == [eve]


def test_whoever_lost_the_access_is_signed_out() -> None:
    ida, admin, client = reviewer("ida@paper.example"), accounts.administrator(), Client()
    client.force_login(ida)
    assert client.get("/desk/", follow=True).redirect_chain == []
    press_the_button(admin, deleted(admin, ida))
    assert client.get("/desk/", follow=True).redirect_chain != []


@pytest.mark.parametrize("number", [1, 2])
def test_accounts_that_have_decided_nothing_are_deleted(number: int) -> None:
    users = [reviewer(f"{place}@paper.example", has_decided=False) for place in range(number)]
    deleted(accounts.administrator(), *users)
    assert not User.objects.filter(pk__in=[user.pk for user in users]).exists()


def test_the_database_layer_refuses_as_well() -> None:
    ida = reviewer("ida@paper.example")
    with pytest.raises(ProtectedError):
        ida.delete()
    with pytest.raises(ProtectedError):
        User.objects.filter(pk=ida.pk).delete()
    assert User.objects.filter(pk=ida.pk).exists()
