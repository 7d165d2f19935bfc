"""A network is the client's own, whatever headers say; and a mailbox is one, however it is spelled."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from broadsheet.limits.keys import mailbox_of, network_of


def network(remote: str, forwarded: str = "") -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return network_of(request)


@pytest.mark.parametrize(
    ("spelled", "mailbox"),
    [
        ("an.n-ho_lm@pm.me", "annholm@proton.me"),
        ("AnnHolm+x@ProtonMail.com", "annholm@proton.me"),
        ("ann.holm@me.com", "ann.holm@icloud.com"),
        ("ann.holm@mac.com", "ann.holm@icloud.com"),
        ("ann-holm@ya.ru", "annholm@yandex.ru"),
        ("...@gmail.com", "...@gmail.com"),
        ("ann.holm@outlook.com", "ann.holm@outlook.com"),
    ],
)
def test_spellings_that_large_providers_treat_alike_are_one_mailbox(spelled: str, mailbox: str) -> None:
    assert mailbox_of(spelled) == mailbox


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.7", "", "203.0.113.0/24"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.0/24"),  # nobody's proxy
        ("127.0.0.1", "198.51.100.1", "198.51.100.0/24"),
        ("::1", "198.51.100.1", "198.51.100.0/24"),
        ("127.0.0.1", "192.0.2.1, 198.51.100.1", "198.51.100.0/24"),  # what the client wrote stands on the left
        ("127.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.0/24"),  # a second proxy
        ("127.0.0.1", "10.0.0.2", "10.0.0.0/24"),
        ("127.0.0.1", "nonsense", "127.0.0.0/24"),
        ("127.0.0.1", "192.0.2.1, nonsense", "127.0.0.0/24"),
        ("127.0.0.1", ", , ,", "127.0.0.0/24"),
        ("127.0.0.1", "0.0.0.0", "127.0.0.0/24"),  # noqa: S104 - what a client may write
        ("127.4.5.6", "198.51.100.1", "127.4.5.0/24"),
        ("", "198.51.100.1", "0.0.0.0/24"),
        ("2001:db8:1:2ff:3::4", "", "2001:db8:1:200::/56"),
        ("::ffff:203.0.113.7", "", "203.0.113.0/24"),
        ("fe80::1%eth0", "", "fe80::/56"),
    ],
)
def test_only_what_a_trusted_proxy_has_written_is_believed(
    remote: str, forwarded: str, expected: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1", "::1", "10.0.0.0/8"]
    assert network(remote, forwarded) == expected


@pytest.mark.parametrize(
    "spelled",
    ["ann@mail.example", "Ann@Mail.Example", " ann@mail.example ", "ann+news@mail.example", '"ann"@mail.example',
     '"ann+x"@mail.example', "ann@mail.example."],
)  # fmt: skip
def test_the_usual_spellings_of_a_mailbox_are_one(spelled: str) -> None:
    assert mailbox_of(spelled) == "ann@mail.example"


@pytest.mark.parametrize("spelled", ["annholm@gmail.com", "ann.holm@gmail.com", "A.n.n.holm+x@GoogleMail.com"])
def test_gmail_ignores_dots_and_has_two_names(spelled: str) -> None:
    assert mailbox_of(spelled) == "annholm@gmail.com"


@pytest.mark.parametrize("number", ["first", "second"])
def test_an_address_that_begins_with_its_tag_is_a_mailbox_of_its_own(number: str) -> None:
    assert mailbox_of(f"+{number}@mail.example") == f"+{number}@mail.example"


@pytest.mark.parametrize(
    "other", ["anna@mail.example", "ann@mail.example.org", "ann@other.example", "a.nn@mail.example"]
)
def test_other_mailboxes_are_others(other: str) -> None:
    assert mailbox_of(other) != mailbox_of("ann@mail.example")
