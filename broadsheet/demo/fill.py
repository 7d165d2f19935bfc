"""Filling of an empty paper with the demo, in one transaction."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.demo.copy_reader import PHOTOGRAPHS, Appeal, Copy, read_copy
from broadsheet.demo.dates import dates_for
from broadsheet.demo.errors import NotEmpty
from broadsheet.demo.press import print_copy
from broadsheet.demo.readers import print_comments, print_terms
from broadsheet.demo.sign_ins import EDITOR, create_accounts
from broadsheet.donations.models import DonationAppeal, DonationLink
from broadsheet.newsroom.models import ArticlePage, Paper

MASTHEAD = {
    "name": "The Brackwater Courant",
    "tagline": "High water at all states of the press. Since 1884",
    "language": "en-gb",
    "time_zone": "Europe/London",
    "contact_email": "newsroom@brackwater.example",
    "contact": "The Courant Trust, 12 Corn Lane, Brackwater\nTelephone 0555 010 100",
}


@dataclass(frozen=True)
class Filled:
    """The numbers of objects that were created."""

    articles: int
    photos: int
    comments: int


def fill(copy: Copy | None = None, *, photographs: Path = PHOTOGRAPHS) -> Filled | None:
    """Fill an empty paper; return None where the demo is there already, and raise NotEmpty for any other articles."""
    if User.objects.filter(email=EDITOR.email).exists():
        return None
    if ArticlePage.objects.exists():
        raise NotEmpty(
            "This paper already has articles, and the demo fills only an empty one. Start it in another folder."
        )
    with transaction.atomic():
        return _fill(copy or read_copy(), photographs)


def _fill(copy: Copy, photographs: Path) -> Filled:
    paper = _name_paper()
    dates = dates_for([story.published for story in copy.stories], zone=paper.zone, now=timezone.now())
    accounts = create_accounts()
    articles = print_copy(copy, dates=dates, by=accounts[Role.EDITOR], photographs=photographs)
    terms = print_terms(copy.terms)
    comments = print_comments(copy, articles, terms=terms, dates=dates, by=accounts[Role.REVIEWER])
    _print_appeal(copy.appeal)
    return Filled(articles=len(articles), photos=len(copy.photos), comments=len(comments))


def _name_paper() -> Paper:
    paper = Paper.load()
    for field, value in MASTHEAD.items():
        setattr(paper, field, value)
    paper.full_clean()
    paper.save()
    return paper


def _print_appeal(words: Appeal) -> None:
    appeal = DonationAppeal.load()
    appeal.shown, appeal.headline, appeal.text = True, words.headline, words.text
    appeal.account_name, appeal.iban, appeal.bic, appeal.purpose = (
        words.account_name,
        words.iban,
        words.bic,
        words.purpose,
    )
    appeal.links = [DonationLink(label=link["label"], url=link["url"]) for link in words.link]
    appeal.full_clean()
    appeal.save()
