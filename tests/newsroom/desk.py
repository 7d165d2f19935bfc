"""An editor's hands: the forms of /cms/, filled in and sent as a browser does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from broadsheet.newsroom.models import ArticlePage, Correction, SectionPage


def article_form(title: str = "Dredger brings up an anchor", **fields: Any) -> dict[str, Any]:
    """The article form with a headline, a paragraph and nothing else, but for `fields`."""
    words = {
        "title": title,
        "slug": "dredger",
        "kicker": "",
        "deck": "It weighs two tons.",
        "place": "Brackwater",
        "lead_image": "",
        "lead_caption": "",
        "lead_alt": "",
        "tags": "",
        "comment_policy": "open",
        "comment_days": "14",
        "body": streamfield([("paragraph", rich_text("<p>Nobody had missed it.</p>"))]),
        "byline": inline_formset([]),
        "corrections": inline_formset([]),
        "comments": inline_formset([]),
        "comment_notifications": "",
        "go_live_at": "",
        "expire_at": "",
        "seo_title": "",
        "search_description": "",
    }
    return dict(nested_form_data({**words, **fields}))


def corrections(written: Sequence[Correction | str], *, gone: Sequence[Correction] = ()) -> Any:
    """The rows of corrections in this order, new ones as plain text; `gone` are struck out."""
    rows = [{**_row(entry), "ORDER": str(place)} for place, entry in enumerate(written, start=1)]
    struck = [{**_row(entry), "DELETE": "on"} for entry in gone]
    stored = [row for row in rows if row["id"]] + struck
    return inline_formset([*stored, *[row for row in rows if not row["id"]]], initial=len(stored))


def _row(entry: Correction | str) -> dict[str, str]:
    if isinstance(entry, str):
        return {"id": "", "made_on": "2019-04-02", "text": entry}
    return {"id": str(entry.pk), "made_on": entry.made_on.isoformat(), "text": entry.text}


def create(client: Client, section: SectionPage, form: dict[str, Any], **action: str) -> Any:
    """Sends the form for a new article."""
    address = reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", section.pk])
    return client.post(address, {**form, **action}, follow=True)


def edit(client: Client, article: ArticlePage, form: dict[str, Any], **action: str) -> Any:
    """Sends the form for an article that is there."""
    return client.post(reverse("wagtailadmin_pages:edit", args=[article.pk]), {**form, **action}, follow=True)


def words_of(answer: Any) -> str:
    """What a person reads on the page that came back, with the messages on top."""
    soup = BeautifulSoup(answer.content, "html.parser")
    return " ".join(soup.get_text(" ").split())


def moment(time: datetime) -> str:
    """A time as the form wants it."""
    return time.strftime("%Y-%m-%d %H:%M")


PUBLISH = {"action-publish": "action-publish"}
SUBMIT = {"action-submit": "action-submit"}
