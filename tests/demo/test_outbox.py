"""The demo's emails: each lies in the outbox as a file, is shown as text, and nothing else on the disk is."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage, send_mail
from django.test import Client
from pytest_django import Settings

from broadsheet.demo import outbox
from tests.demo.switched_on import demo_settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    for name, value in demo_settings(tmp_path).items():
        setattr(settings, name, value)
    return tmp_path / "outbox"


@pytest.fixture(autouse=True)
def posted_by_the_backend(settings: Settings) -> None:
    """Django's test runner puts another backend in place of every one."""
    settings.EMAIL_BACKEND = "broadsheet.demo.outbox.OutboxBackend"


def post(subject: str = "Please confirm", text: str = "Hello.\n", to: str = "ada@reader.example") -> str:
    """Sends an email as the paper does and returns the name it has in the outbox."""
    send_mail(subject, text, None, [to])
    return outbox.emails()[0].name


def test_an_email_is_one_complete_file(folder: Path) -> None:
    name = post()
    assert [path.name for path in folder.iterdir()] == [f"{name}.eml"]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_outbox_is_empty_before_the_first_email(client: Client) -> None:
    page = client.get("/demo/outbox/")
    assert page.status_code == 200
    assert "No emails yet" in page.content.decode()


def test_the_newest_email_comes_first(client: Client) -> None:
    for number in range(3):
        post(subject=f"Email {number}")
    page = client.get("/demo/outbox/").content.decode()
    assert page.index("Email 2") < page.index("Email 1") < page.index("Email 0")
    assert "ada@reader.example" in page


def test_only_the_latest_are_listed() -> None:
    for number in range(4):
        post(subject=str(number))
    assert [email.subject for email in outbox.emails(limit=2)] == ["3", "2"]


def test_several_emails_sent_at_once_are_all_there() -> None:
    mailer = outbox.OutboxBackend()
    assert (
        mailer.send_messages([EmailMessage("A", "a", to=["a@b.example"]), EmailMessage("B", "b", to=["a@b.example"])])
        == 2
    )
    assert [email.subject for email in outbox.emails()] == ["B", "A"]


def test_the_addresses_in_an_email_can_be_followed_and_end_where_they_end(client: Client) -> None:
    name = post(
        text="Open http://paper.example/comments/confirm/1:ab_c-d/.\nOr (https://a.example/?b=1&c=2), please.\n"
    )
    page = client.get(f"/demo/outbox/{name}/").content.decode()
    assert '<a href="http://paper.example/comments/confirm/1:ab_c-d/">' in page
    assert '<a href="https://a.example/?b=1&amp;c=2">' in page


def test_an_email_in_any_script_is_stored_unchanged() -> None:
    text = "Grüße aus Łódź, 東京 und 🦪.\n" + "x" * 1200 + "\n"
    name = post(subject="Grüße 🦪", text=text)
    email = outbox.email(name)
    assert email is not None
    assert (email.subject, email.text) == ("Grüße 🦪", text)


def test_the_text_of_an_email_is_escaped(client: Client) -> None:
    evil = "<script>alert(1)</script> javascript:alert(1) https://a.example/\"onmouseover='x'"
    name = post(subject="<img src=x onerror=alert(1)>", text=evil)
    for address in ("/demo/outbox/", f"/demo/outbox/{name}/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page
        assert '"onmouseover' not in page


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../secrets/signing-key",
        "%2e%2e%2fsecrets%2fsigning-key",
        "..%5csecrets",
        "/etc/passwd",
        "x/../../x",
        "a.eml",
        "a\x00",
        "a\n",
        "é",
        "-",
        "20260101-000000-000000-0123456x",
        "a" * 300,
        "*",
        "[a]",
    ],
)
def test_no_name_reads_a_file_outside_the_outbox(client: Client, folder: Path, name: str) -> None:
    post()
    (folder.parent / "secret.eml").write_bytes(b"Subject: secret\n\nsecret\n")
    assert outbox.email(name) is None
    page = client.get(f"/demo/outbox/{name}/")
    assert page.status_code == 404


def test_reading_the_outbox_sets_no_cookie_and_is_not_kept(client: Client) -> None:
    name = post()
    for address in ("/demo/outbox/", f"/demo/outbox/{name}/"):
        page = client.get(address)
        assert page.status_code == 200
        assert not page.cookies
        assert "no-store" in page.headers["Cache-Control"]


def test_the_outbox_can_only_be_read(client: Client) -> None:
    assert client.post("/demo/outbox/").status_code == 405


def test_a_real_paper_has_no_outbox_and_no_strip(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    settings.ROOT_URLCONF = "broadsheet.config.urls"
    assert client.get("/demo/outbox/").status_code == 404
    assert "demo-strip" not in client.get("/").content.decode()
