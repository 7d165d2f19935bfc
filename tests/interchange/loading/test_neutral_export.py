"""The records of any system are imported: here those of an export that exists only in memory."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from io import StringIO

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect

from broadsheet.discussion.models import Comment
from broadsheet.interchange.blocks import Paragraph, Subhead
from broadsheet.interchange.loading.importer import ImportRequest, import_export
from broadsheet.interchange.loading.progress import ProgressBar
from broadsheet.interchange.loading.report import Report
from broadsheet.interchange.records import (
    ArticleRecord,
    AuthorRecord,
    CommentKind,
    CommentRecord,
    CommentStatus,
    MediaRecord,
    Progress,
    PublicationStatus,
    Record,
    SectionRecord,
    SiteRecord,
    Term,
)
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review.models import Decision

pytestmark = pytest.mark.django_db
WRITTEN = datetime(2020, 5, 4, 12, tzinfo=UTC)
ARTICLE = ArticleRecord(
    key="5f3e9c",
    status=PublicationStatus.PUBLISHED,
    title="The ferry is back",
    slugs=("ferry-is-back",),
    blocks=lambda _losses: [Paragraph("It <i>sails</i>."), Subhead("At last")],
    published_at=WRITTEN,
    old_paths=("/ferry-is-back/",),
    author_keys=("ida", "wim"),
    section=Term("harbour", "harbour"),
    tags=(Term("boats", "Boats"),),
    comments_open=True,
)


def comment(key: str, text: str, status: CommentStatus, parent_key: str | None = None) -> CommentRecord:
    return CommentRecord(
        key=key,
        parent_key=parent_key,
        kind=CommentKind.READER,
        status=status,
        name="Ada",
        website="",
        email="ada@readers.example",
        text=text,
        written_at=WRITTEN,
    )


class Ledger:
    """An export of an invented system."""

    system = "Ledger"

    def media(self, progress: Progress) -> Iterator[MediaRecord]:
        yield from ()

    def records(self, zone: tzinfo, progress: Progress) -> Iterator[Record]:
        yield SiteRecord("The Ferry Post", "https://ferrypost.example")
        yield from (AuthorRecord("ida", "Ida Holm"), AuthorRecord("wim", "Wim Oars"))
        yield SectionRecord("harbour", "The harbour", "News from the quay.")
        yield ARTICLE
        yield comment("c1", "Good.", CommentStatus.APPROVED)
        yield comment("c2", "Very.", CommentStatus.PENDING, parent_key="c1")
        yield comment("c3", "Buy!", CommentStatus.SPAM)

    def media_paths(self, url: str) -> Sequence[str]:
        return ()


def imported() -> list[str]:
    """Import the export; return the lines of the report."""
    report = Report()
    import_export(ImportRequest(Ledger()), report, ProgressBar(StringIO()))
    return report.lines()


def test_records_of_another_system_become_articles_and_comments() -> None:
    imported()
    article = ArticlePage.objects.get()
    assert [(block.block_type, str(block.value)) for block in article.body] == [
        ("paragraph", "<p>It <i>sails</i>.</p>"),
        ("subhead", "At last"),
    ]
    assert [entry.author.name for entry in article.byline.all()] == ["Ida Holm", "Wim Oars"]
    assert (article.section.title, list(article.tags.names())) == ("The harbour", ["Boats"])
    states = dict(Comment.objects.values_list("latest__text", "state"))
    assert states == {"Good.": "published", "Very.": "pending", "Buy!": "declined"}
    assert Comment.objects.get(latest__text="Very.").parent == Comment.objects.get(latest__text="Good.")
    assert Redirect.objects.get().redirect_page_id == article.pk
    assert Client().get("/ferry-is-back/").headers["Location"].endswith(f"/{article.address}/")


def test_the_decisions_name_the_system() -> None:
    imported()
    notes = Decision.objects.order_by("pk").values_list("private_note", flat=True)
    assert [note.partition(" before ")[0] for note in notes] == ["Approved in Ledger", "Marked as spam in Ledger"]


def test_a_second_run_finds_everything_in_the_log() -> None:
    assert imported()[0].startswith("Imported from The Ferry Post: 1 article, 1 section, 2 authors, 1 tag")
    assert imported() == [
        "Nothing new from The Ferry Post.",
        "Imported earlier and left unchanged: 1 article and 3 comments.",
    ]
