"""The appeal for donations: in the paper's own words, with an account that banks' apps can read."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from broadsheet.accounts.states import Role
from broadsheet.donations.models import DonationAppeal
from broadsheet.donations.transfer import transfer_code
from tests.factories.accounts import signed_in
from tests.factories.newsroom import article
from tests.newsroom.desk import words_of

pytestmark = pytest.mark.django_db

IBAN = "DE75 5121 0800 1245 1261 99"
FULL = {
    "shown": True,
    "headline": "This paper belongs to its readers",
    "text": "It costs what it costs.",
    "account_name": "Courant e.V.",
    "iban": IBAN,
    "bic": "",
    "purpose": "Donation",
}


def appeal(**changes: Any) -> DonationAppeal:
    made = DonationAppeal(**{**FULL, **changes})
    made.full_clean()
    made.save()
    return made


def test_the_code_carries_the_account_line_by_line_as_the_guideline_wants() -> None:
    lines = appeal(bic="sogedeffxxx").transfer_payload().split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[4:7] == ["SOGEDEFFXXX", "Courant e.V.", "DE75512108001245126199"]
    assert lines[7:] == ["", "", "", "Donation"]


def test_lines_without_content_are_left_out_at_the_end_only() -> None:
    lines = appeal(purpose="").transfer_payload().split("\n")
    assert lines == ["BCD", "002", "1", "SCT", "", "Courant e.V.", "DE75512108001245126199"]


@pytest.mark.parametrize("field", ["account_name", "purpose"])
def test_a_line_break_in_a_field_adds_no_line_to_the_code(field: str) -> None:
    lines = appeal(**{field: "One\r\ntwo\nthree"}).transfer_payload().split("\n")
    assert len(lines) == 11
    assert "One two three" in lines


def test_texts_too_long_for_the_code_are_refused() -> None:
    fits = appeal(account_name="K" * 70, purpose="W" * 140)
    assert len(fits.transfer_payload().encode()) <= 331
    with pytest.raises(ValidationError, match="too long for the code"):
        appeal(account_name="Ж" * 70, purpose="Ж" * 140)


def test_the_largest_code_stays_within_version_13() -> None:
    """331 bytes at error correction M fill version 13: 69 modules, and the quiet zone of 4 on each side."""
    made = appeal(account_name="K" * 6, purpose="Ж" * 136, bic="SOGEDEFFXXX")
    assert len(made.transfer_payload().encode()) == 331
    code = unquote(transfer_code(made))
    width = re.search(r"width=\D?(\d+)", code)
    assert width
    assert int(width[1]) == (69 + 8) * 3


@pytest.mark.parametrize(
    "iban", [IBAN, "de75512108001245126199", "NO93 8601 1117 947", "MT84MALT011000012345MTLCAST001S"]
)
def test_a_valid_iban_is_accepted_in_any_notation(iban: str) -> None:
    assert appeal(iban=iban).iban == iban.replace(" ", "").upper()


@pytest.mark.parametrize(
    "iban",
    [
        "DE75 5121 0800 1245 1261 98",
        "DE75",
        "7" * 22,
        "DE75-5121-0800-1245-1261-99",
        "ÄÖ75512108001245126199",
        "DE" * 20,
    ],
)
def test_an_invalid_iban_is_refused(iban: str) -> None:
    with pytest.raises(ValidationError, match="This IBAN is not valid"):
        appeal(iban=iban)


@pytest.mark.parametrize("bic", ["SOGEDE", "SOGEDEFFX", "12345678"])
def test_an_invalid_bic_is_refused(bic: str) -> None:
    with pytest.raises(ValidationError, match="This BIC is not valid"):
        appeal(bic=bic)


def test_an_account_needs_its_holder() -> None:
    with pytest.raises(ValidationError, match="Please enter the account holder"):
        appeal(account_name="")


# In /cms/ and under an article --------------------------------------------------------------------------------------


def send(links: list[dict[str, str]], **changes: Any) -> Any:
    editor = signed_in(Role.EDITOR)
    address = editor.get(reverse("wagtailsettings:edit", args=["donations", "donationappeal"])).headers["Location"]
    rows = [{"id": "", **link} for link in links]
    form = {**FULL, "shown": "on", **changes, "links": inline_formset(rows)}
    return editor.post(address, nested_form_data(form), follow=True)


LINKS = [{"label": f"Way {number}", "url": f"https://give.example/{number}"} for number in range(4)]


def below_an_article(client: Client) -> BeautifulSoup:
    page = client.get(article().get_absolute_url())
    return BeautifulSoup(page.content, "html.parser")


def test_an_editor_writes_the_appeal_and_readers_see_it_with_links_account_and_code(client: Client) -> None:
    send(LINKS[:3])
    (shown,) = below_an_article(client).select("aside.appeal")
    text = " ".join(shown.get_text(" ").split())
    for words in ["belongs to its readers", "It costs what it costs.", "Courant e.V.", "DE75 5121 0800", "Way 2"]:
        assert words in text
    assert [link["href"] for link in shown.select("a")] == [link["url"] for link in LINKS[:3]]
    (code,) = shown.select("img")
    assert str(code["src"]).startswith("data:image/svg+xml")


def test_a_fourth_link_is_refused() -> None:
    answer = send(LINKS)
    assert "at most 3" in words_of(answer)
    assert not DonationAppeal.objects.filter(shown=True).exists()


def test_an_invalid_iban_is_reported_at_its_field() -> None:
    assert "This IBAN is not valid" in words_of(send([], iban="DE00 0000"))


def test_without_an_account_there_is_no_code(client: Client) -> None:
    appeal(iban="", account_name="")
    (shown,) = below_an_article(client).select("aside.appeal")
    assert not shown.select("img")


def test_a_hidden_appeal_is_on_no_page(client: Client) -> None:
    appeal(shown=False)
    assert not below_an_article(client).select(".appeal")


def test_the_text_of_the_appeal_is_escaped(client: Client) -> None:
    appeal(headline="<script>alert(1)</script>", text="<img src=x>", account_name="<b>Courant</b>")
    (shown,) = below_an_article(client).select("aside.appeal")
    assert not shown.select("script, b, img[src=x]")
