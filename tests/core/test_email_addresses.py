"""An address is refused in words, or an email can be sent to it."""

import pytest
from django.core.exceptions import ValidationError

from broadsheet.core import email_addresses
from broadsheet.core.email_addresses import clean_address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" ida@example.org ", "ida@example.org"),
        ("Ida@Example.ORG", "Ida@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("ann+list@example.org", "ann+list@example.org"),
        ("müller@example.org", "müller@example.org"),
        ("mu\u0308ller@example.org", "müller@example.org"),
        ("ida@bücher.example", "ida@xn--bcher-kva.example"),
        ("ida@straße.example", "ida@xn--strae-oqa.example"),
        ("ida@xn--bcher-kva.example", "ida@xn--bcher-kva.example"),
        ("ida@例え。みんな", "ida@xn--r8jz45g.xn--q9jyb4c"),
    ],
)
def test_what_can_be_sent_is_accepted(typed: str, kept: str) -> None:
    assert clean_address(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ('"\x1eQ+\\\x08\\:"@xn--bcher-kva.example', email_addresses.HAS_INVISIBLE),
        ("ida\u200b@example.org", email_addresses.HAS_INVISIBLE),
        ("ida holm@example.org", email_addresses.HAS_INVISIBLE),
        ("ida@example.org\x00", email_addresses.HAS_INVISIBLE),
        ("ida@example.org\r\nBcc: all@example.org", email_addresses.HAS_INVISIBLE),
        ('"ida"@example.org', email_addresses.IS_QUOTED),
        ("<ida@example.org", email_addresses.IS_QUOTED),
        ("ida", email_addresses.NOT_AN_ADDRESS),
        ("@example.org", email_addresses.NOT_AN_ADDRESS),
        ("ida@", email_addresses.NOT_AN_ADDRESS),
        (".ida@example.org", email_addresses.NOT_AN_ADDRESS),
        ("ida..holm@example.org", email_addresses.NOT_AN_ADDRESS),
        ("ida@holm@example.org", email_addresses.NOT_AN_ADDRESS),
        ("ida@-example.org", email_addresses.NOT_AN_ADDRESS),
        ("ida@exa_mple.org", email_addresses.NOT_AN_ADDRESS),
        ("ida@xn--a.example", email_addresses.NOT_AN_ADDRESS),
        ("ida@127.0.0.1", email_addresses.NOT_AN_ADDRESS),
        ("ida@[127.0.0.1]", email_addresses.IS_LITERAL),
        ("root@localhost", email_addresses.IS_LITERAL),
        ("a" * 65 + "@example.org", email_addresses.IS_TOO_LONG),
        ("ü" * 33 + "@example.org", email_addresses.IS_TOO_LONG),
        ("a@" + "abcdefghi." * 26 + "example", email_addresses.NOT_AN_ADDRESS),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(typed: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        clean_address(typed)
    assert refusal.value.messages == [str(sentence)]
