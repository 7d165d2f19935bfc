"""The code for bank transfers says what the appeal says: read back from the drawing, and from a reader's screen."""

from typing import Any
from urllib.parse import unquote

import pytest
import segno
from bs4 import BeautifulSoup
from django.test import Client
from playwright.sync_api import Page

from broadsheet.donations.models import DonationAppeal
from broadsheet.donations.transfer import transfer_code
from tests.donations.symbols import Modules, drawn, photographed, text_of
from tests.factories.newsroom import article

pytestmark = pytest.mark.django_db

# The versions that the guideline allows differ in where they put what: each must be read.
APPEALS: dict[str, dict[str, str]] = {
    "without a purpose": {"account_name": "Courant e.V.", "purpose": ""},
    "ordinary": {"account_name": "Courant e.V.", "purpose": "Donation"},
    "with a bank's code": {"account_name": "Courant e.V.", "purpose": "Donation", "bic": "SOGEDEFFXXX"},
    "with umlauts": {"account_name": "Förderverein „Kurier“ e. V.", "purpose": "Spende für die Zeitung & mehr"},
    "long": {"account_name": "K" * 70, "purpose": "W" * 6},
    "longer": {"account_name": "K" * 70, "purpose": "W" * 60},
    "very long": {"account_name": "K" * 70, "purpose": "W" * 140},
    "in another script": {"account_name": "Курьер", "purpose": "Пожертвование"},
    "the largest": {"account_name": "K" * 6, "purpose": "Ж" * 136, "bic": "SOGEDEFFXXX"},
}


@pytest.fixture(params=APPEALS)
def appeal(request: pytest.FixtureRequest) -> DonationAppeal:
    made = DonationAppeal(shown=True, iban="DE75 5121 0800 1245 1261 99", **APPEALS[request.param])
    made.full_clean()
    made.save()
    return made


def written(appeal: DonationAppeal) -> str:
    """What must be read, put together here from what the editor has filled in."""
    lines = ["BCD", "002", "1", "SCT", appeal.bic, appeal.account_name, "DE75512108001245126199"]
    return "\n".join([*lines, "", "", "", appeal.purpose]).rstrip()


def symbol(text: str) -> Modules:
    """The modules of the symbol that the guideline asks for, made apart from the product."""
    made: Any = segno.make(text, mode="byte", encoding="utf-8", error="M", boost_error=False, micro=False)
    return [[bool(module) for module in row] for row in made.matrix]


def test_the_drawn_code_says_what_the_appeal_says(appeal: DonationAppeal) -> None:
    kind, _, drawing = transfer_code(appeal).partition(",")
    modules = drawn(unquote(drawing))
    assert kind == "data:image/svg+xml;charset=utf-8"
    assert modules == symbol(written(appeal))
    assert text_of(modules) == written(appeal)


def test_the_code_on_a_readers_screen_says_what_the_appeal_says(
    appeal: DonationAppeal, client: Client, page: Page
) -> None:
    shown = BeautifulSoup(client.get(article().get_absolute_url()).content, "html.parser").select_one(".transfer img")
    page.set_content(str(shown))
    page.evaluate("document.images[0].decode()")
    modules = photographed(page.locator("img").screenshot(), size=len(symbol(written(appeal))))
    assert text_of(modules) == written(appeal)


def test_one_wrong_module_is_detected(appeal: DonationAppeal) -> None:
    """That the reading above can fail: at the last module of the data, and at the first of the format."""
    for row, column in [(-1, -1), (8, 0)]:
        modules = symbol(written(appeal))
        modules[row][column] ^= True
        with pytest.raises(AssertionError):
            text_of(modules)
