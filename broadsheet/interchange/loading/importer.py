"""Runs an import: a first pass for the media, a second for everything else, and then the indexes."""

import fcntl
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from broadsheet.interchange.errors import ImportUnderWay, NotAnExport
from broadsheet.interchange.import_log import ImportLog, source_of
from broadsheet.interchange.loading.addresses import AddressImporter
from broadsheet.interchange.loading.articles import ArticleImporter, PlannedPage, key_of
from broadsheet.interchange.loading.batches import Bundle, batches
from broadsheet.interchange.loading.clocks import ClockComparison
from broadsheet.interchange.loading.comments import ArticleComments, CommentImporter
from broadsheet.interchange.loading.completion import PictureCompleter
from broadsheet.interchange.loading.indexing import index_new
from broadsheet.interchange.loading.lookups import Lookups
from broadsheet.interchange.loading.media_folder import MediaFolder
from broadsheet.interchange.loading.media_index import MediaIndex
from broadsheet.interchange.loading.photos import PhotoImporter
from broadsheet.interchange.loading.progress import ProgressBar
from broadsheet.interchange.loading.report import Report, Skipped
from broadsheet.interchange.records import (
    AddressRecord,
    ArticleRecord,
    AuthorRecord,
    Commentable,
    CommentRecord,
    Export,
    PageRecord,
    Record,
    SectionRecord,
    SiteRecord,
)
from broadsheet.newsroom.actions import fill_empty_masthead
from broadsheet.newsroom.models import ArticlePage, Paper

LOCK = "import.lock"
OBJECTS_BETWEEN_COLLECTIONS = 50_000


class CommentTarget(NamedTuple):
    """An article that takes comments, and its date, for comments without a date of their own."""

    article_id: int
    published_at: datetime


@dataclass(frozen=True)
class ImportRequest:
    """An export, the media folder and the zone of the old site if the operator names them, and whether to save nothing.

    Without a zone, the paper's applies.
    """

    export: Export
    media: Path | None = None
    is_dry: bool = False
    zone: ZoneInfo | None = None


def import_export(request: ImportRequest, report: Report, progress: ProgressBar) -> None:
    """Import an export and fill the report on the way; objects imported before are left as they are.

    Raises NotAnExport for a file that cannot be read to its end, after importing all records before that place.
    """
    folder, index = MediaFolder(request.media), MediaIndex()
    try:
        # What the import writes into the paper, such as the credit of a photograph, is in the language of the paper.
        with _exclusive_lock(), _infrequent_collection(), translation.override(_language()):
            _index_media(request.export, index, progress)
            _Import(request, report, progress).run(index, folder)
    finally:
        progress.close()
        index.close()


@contextmanager
def _exclusive_lock() -> Iterator[None]:
    """Hold a lock that the system releases when the process ends, even by `kill -9`."""
    with (settings.DATA / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportUnderWay(
                "Another import is running on this paper. Start this one when it has finished."
            ) from error
        yield


@contextmanager
def _infrequent_collection() -> Iterator[None]:
    # The objects of a batch are freed together without the garbage collector, which takes a tenth of the time.
    usual = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _index_media(export: Export, index: MediaIndex, progress: ProgressBar) -> None:
    # Media may stand after the articles that show them. A damaged file is reported by the second pass, after all that
    # is complete was imported.
    with suppress(NotAnExport):
        for record in export.media(lambda read, total: progress.update("Scanning", read, total)):
            index.add(record)


class _Import:
    """The second pass."""

    def __init__(self, request: ImportRequest, report: Report, progress: ProgressBar) -> None:
        self.request, self.report, self.progress = request, report, progress
        self.zone = request.zone or (Paper.objects.first() or Paper()).zone
        self.clocks = ClockComparison(self.zone)
        self.refusal: NotAnExport | None = None
        self.new_authors: list[AuthorRecord] = []
        self.bytes_read = (0, 1)

    def run(self, index: MediaIndex, folder: MediaFolder) -> None:
        """Save batch after batch, and bring the indexes up to date even where the file breaks off."""
        records = self._readable_records()
        site = next(records, None)
        if isinstance(site, SiteRecord):
            self._begin(site, index, folder)
            for batch in batches(self._items_and_comments(records)):
                self._save(batch)
                self._show_progress()
            self._finish()
        self.report.notes += filter(None, [self.clocks.note(self._name_of_zone())])
        if self.refusal is not None:
            raise self.refusal

    def _name_of_zone(self) -> str:
        return f"{self.request.zone}, as named" if self.request.zone else f"{self.zone}, the paper's time zone"

    def _readable_records(self) -> Iterator[Record]:
        """Yield the records up to the end of the file, or up to the place from which it cannot be read."""
        try:
            yield from self.request.export.records(self.zone, self._note_bytes_read)
        except NotAnExport as refusal:
            self.refusal = refusal

    def _note_bytes_read(self, read: int, total: int) -> None:
        self.bytes_read = (read, total)

    def _show_progress(self) -> None:
        details = f"({self.report.articles:,} articles and pages, {self.report.comments:,} comments)"
        self.progress.update("Importing", *self.bytes_read, details)

    def _begin(self, site: SiteRecord, index: MediaIndex, folder: MediaFolder) -> None:
        self.report.title = site.title or site.base_url
        self.source = source_of(site.base_url, site.title, stored=not self.report.is_dry)
        log = ImportLog(self.source)
        self.addresses = AddressImporter(self.source)
        self.lookups = Lookups(log, self.report)
        photos = PhotoImporter(self.request.export, index, folder, log, self.report)
        self.articles = ArticleImporter(self.lookups, photos, log, self.report, zone=self.request.zone)
        self.pictures = PictureCompleter(photos, log, self.report)
        today = timezone.localdate(timezone=self.zone)
        self.comments = CommentImporter(log, self.report, system=self.request.export.system, today=today)

    def _items_and_comments(self, records: Iterator[Record]) -> Iterator[Commentable | CommentRecord]:
        """Yield items and comments; authors, sections and addresses among them are noted."""
        for record in records:
            if isinstance(record, AddressRecord):
                self.addresses.add(record)
            elif isinstance(record, AuthorRecord):
                self.lookups.authors[record.key] = record
                self.new_authors.append(record)
            elif isinstance(record, SectionRecord):
                self.lookups.sections[record.key] = record
            elif not isinstance(record, SiteRecord):
                self._save_authors()
                yield record
        self._save_authors()
        with transaction.atomic(durable=True):
            self.addresses.save()

    def _save_authors(self) -> None:
        # Authors come in even without an article.
        if self.new_authors:
            with transaction.atomic(durable=True):
                for author in self.new_authors:
                    self.lookups.author(author.key)
            self.new_authors = []

    def _save(self, batch: list[Bundle]) -> None:
        """Save a batch in one transaction; a dry run does the same and saves nothing."""
        planned = self.articles.plan(batch)
        completions = self.pictures.plan(batch)
        self._compare_clocks(planned)
        with nullcontext() if self.report.is_dry else transaction.atomic(durable=True):
            self.articles.save(planned)
            self.pictures.save(completions)
            self.comments.save(self._new_comments(batch, planned))
            self.addresses.save()

    def _compare_clocks(self, planned: Sequence[PlannedPage]) -> None:
        for page in planned:
            if page.is_article and page.record.published_at and page.record.wall_clock:
                self.clocks.add(page.record.published_at, page.record.wall_clock)

    def _new_comments(self, batch: list[Bundle], planned: Sequence[PlannedPage]) -> list[ArticleComments]:
        """Return the new comments of the batch by article."""
        targets = self._comment_targets(batch, planned)
        wanted = {bundle: self._wanted_comments(bundle, targets) for bundle in batch}
        new = self.comments.new([comment for comments in wanted.values() for comment in comments])
        return [
            ArticleComments(
                *targets[bundle],
                comments=[comment for comment in comments if new.get(comment.key) is comment],
                is_last=bundle.is_last,
            )
            for bundle, comments in wanted.items()
            if bundle in targets
        ]

    def _wanted_comments(self, bundle: Bundle, targets: dict[Bundle, CommentTarget]) -> list[CommentRecord]:
        wanted = self.comments.wanted(bundle.comments)
        if bundle in targets:
            return wanted
        on_page = isinstance(bundle.item, PageRecord) and not isinstance(bundle.item, ArticleRecord)
        self.report.skipped[Skipped.ON_PAGES if on_page else Skipped.ON_NOTHING] += len(wanted)
        return []

    def _comment_targets(self, batch: list[Bundle], planned: Sequence[PlannedPage]) -> dict[Bundle, CommentTarget]:
        """Return the articles of the batch that are in the paper; for a dry run, also those that would be."""
        articles = {bundle: bundle.item for bundle in batch if isinstance(bundle.item, ArticleRecord)}
        article_ids = self.articles.targets(list(articles.values()))
        times = dict(
            ArticlePage.objects.filter(pk__in=article_ids.values()).values_list("pk", "latest_revision_created_at")
        )
        targets = {}
        for bundle, record in articles.items():
            article_id = article_ids.get(key_of(record))
            if article_id is not None and article_id in times:
                targets[bundle] = CommentTarget(article_id, times[article_id] or timezone.now())
        return targets | (self._dry_targets(articles, planned) if self.report.is_dry else {})

    def _dry_targets(
        self, articles: dict[Bundle, ArticleRecord], planned: Sequence[PlannedPage]
    ) -> dict[Bundle, CommentTarget]:
        # No article has a negative primary key.
        coming = {page.record.key for page in planned if page.is_article}
        return {
            bundle: CommentTarget(-place, timezone.now())
            for place, (bundle, record) in enumerate(articles.items(), start=1)
            if record.key in coming
        }

    def _finish(self) -> None:
        if not self.report.is_dry:
            fill_empty_masthead()
            index_new(self.source, progress=lambda done, total: self.progress.update("Indexing", done, total))


def _language() -> str:
    """Return the language of the paper. A paper without settings keeps none: a dry run stores nothing."""
    return Paper.objects.values_list("language", flat=True).first() or settings.LANGUAGE_CODE
