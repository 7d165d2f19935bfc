"""Passwords cannot be tried without end, nobody can keep another out, and asking for a new one tells nothing."""

from typing import Any

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from broadsheet.accounts.models import User
from broadsheet.limits.models import Allowance
from broadsheet.limits.states import rates
from broadsheet.mail.models import Email
from tests.factories import newsroom

pytestmark = pytest.mark.django_db

PASSWORD = "the tide is out again"
RESET = "/cms/password_reset/"
DOORS = ["/sign-in/", "/cms/login/"]


@pytest.fixture(autouse=True)
def ann(settings: Settings) -> User:
    settings.LIMITS = rates(
        {"sign_in_account": "3/hour", "sign_in_network": "5/hour", "reset_account": "2/day", "reset_network": "4/day"}
    )
    newsroom.paper()
    return User.objects.create_user("ann@paper.example", PASSWORD, is_active=True)


def sign_in(password: str, *, door: str = "/sign-in/", who: str = "ann@paper.example", of: str = "203.0.113.7") -> Any:
    return Client(REMOTE_ADDR=of).post(door, {"username": who, "password": password})


@pytest.mark.parametrize("door", DOORS)
def test_after_too_many_attempts_even_the_right_password_is_not_looked_at(
    door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [sign_in("wrong", door=door).status_code for _ in range(3)] == [200, 200, 200]
    monkeypatch.setattr(hashers, "verify_password", lambda *_: pytest.fail("a password costs processor time"))
    answer = sign_in(PASSWORD, door=door)
    assert answer.status_code == 429
    assert 1100 < int(answer.headers["Retry-After"]) <= 1200
    assert "Please try again in 20 minutes." in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_doors_are_counted_together() -> None:
    assert [sign_in("wrong", door=door).status_code for door in [*DOORS, *DOORS]] == [200, 200, 200, 429]


@pytest.mark.parametrize("spelled", ["Ann@Paper.Example", " ann@paper.example", "ann+1@paper.example"])
def test_another_spelling_gives_no_further_attempts(spelled: str) -> None:
    for _ in range(3):
        sign_in("wrong")
    assert sign_in("wrong", who=spelled).status_code == 429


def test_nobody_is_kept_out_of_an_account_by_attempts_from_elsewhere() -> None:
    for network in range(50):
        for _ in range(4):
            sign_in("wrong", of=f"198.51.{network}.1")
    assert sign_in(PASSWORD).status_code == 302


def test_a_network_that_tries_many_accounts_is_refused_whatever_it_claims_in_headers() -> None:
    tried = [
        Client(REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR=f"192.0.2.{at}")
        .post("/sign-in/", {"username": f"{at}@paper.example", "password": "wrong"})
        .status_code
        for at in range(6)
    ]
    assert tried == [200, 200, 200, 200, 200, 429]
    assert sign_in(PASSWORD, of="203.0.113.99").status_code == 429
    assert sign_in(PASSWORD, of="203.0.114.7").status_code == 302


def test_an_unknown_address_is_limited_like_a_known_one() -> None:
    answers = {who: [sign_in("wrong", who=who).status_code for _ in range(4)] for who in ["ann@paper.example"]}
    Allowance.objects.all().delete()
    answers["nobody@paper.example"] = [sign_in("wrong", who="nobody@paper.example").status_code for _ in range(4)]
    assert answers["ann@paper.example"] == answers["nobody@paper.example"] == [200, 200, 200, 429]


def test_commands_and_tests_that_sign_in_without_a_request_are_not_counted() -> None:
    assert all(Client().login(email="ann@paper.example", password=PASSWORD) for _ in range(9))
    assert not Allowance.objects.exists()


# A new password ---------------------------------------------------------------------------------------------------


def ask_for_reset(who: str, *, of: str = "203.0.113.7") -> Any:
    return Client(REMOTE_ADDR=of).post(RESET, {"email": who})


def test_the_link_in_the_email_leads_to_a_new_password(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, mailoutbox: list[Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert ask_for_reset("Ann@paper.example").status_code == 302
    (email,) = mailoutbox
    assert email.to == ["ann@paper.example"]
    assert email.subject == "paper.example: choose a new password"
    link = next(line for line in email.body.splitlines() if line.startswith("http://paper.example/cms/"))
    client = Client(REMOTE_ADDR="203.0.113.7")
    form = client.get(link.removeprefix("http://paper.example"), follow=True)
    new = {"new_password1": "high water at noon", "new_password2": "high water at noon"}
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302
    assert sign_in("high water at noon").status_code == 302
    assert client.get(link.removeprefix("http://paper.example"), follow=True).status_code == 200
    assert "invalid" in client.get(link.removeprefix("http://paper.example"), follow=True).content.decode().lower()


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def ask(who: str) -> tuple[int, str, list[str]]:
        with CaptureQueriesContext(connection) as log:
            answer = ask_for_reset(who)
        return answer.status_code, answer.headers["Location"], [query["sql"].split(" ")[0] for query in log]

    assert ask("ann@paper.example") == ask("nobody@paper.example")


@pytest.mark.parametrize("who", ["nobody@paper.example", "gone@paper.example", "empty@paper.example"])
def test_who_has_no_password_here_gets_no_email(
    who: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    User.objects.create_user("gone@paper.example", PASSWORD, is_active=False)
    User.objects.create_user("empty@paper.example", None)
    with django_capture_on_commit_callbacks(execute=True):
        assert ask_for_reset(who).status_code == 302
    assert not Email.objects.exists()


def test_no_mailbox_is_filled_by_many_networks_however_its_address_is_spelled(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, mailoutbox: list[Any]
) -> None:
    spellings = ["ann@paper.example", "ANN@paper.example", "ann@Paper.Example"] * 2
    with django_capture_on_commit_callbacks(execute=True):
        told = [ask_for_reset(who, of=f"198.51.{at}.1").status_code for at, who in enumerate(spellings)]
    assert told == [302] * 6
    assert [email.to for email in mailoutbox] == [["ann@paper.example"]] * 3


@pytest.mark.parametrize("other", ["a.nn@paper.example", "ann+1@paper.example", "ann@paper.example"])
def test_nobody_is_kept_from_a_new_password_by_requests_from_elsewhere(
    other: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, mailoutbox: list[Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            ask_for_reset(other, of="198.51.100.1")
        assert ask_for_reset("ann@paper.example").status_code == 302
    assert mailoutbox[-1].to == ["ann@paper.example"]


def test_a_network_that_asks_for_many_accounts_is_refused() -> None:
    assert [ask_for_reset(f"{at}@paper.example").status_code for at in range(5)] == [302, 302, 302, 302, 429]
