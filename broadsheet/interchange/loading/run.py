"""Runs an import: once through the file for its attachments, once for everything else, and then through the indexes."""

import fcntl
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from broadsheet.interchange.errors import ImportUnderWay, NotAnExport
from broadsheet.interchange.loading.articles import Articles, Planned
from broadsheet.interchange.loading.articles import key_of as post_key
from broadsheet.interchange.loading.attachments import Attachments
from broadsheet.interchange.loading.batches import Bundle, batches
from broadsheet.interchange.loading.comments import Column, Comments
from broadsheet.interchange.loading.comments import key_of as comment_key
from broadsheet.interchange.loading.indexing import index_new
from broadsheet.interchange.loading.pictures import Pictures
from broadsheet.interchange.loading.progress import Progress
from broadsheet.interchange.loading.registers import Registers
from broadsheet.interchange.loading.report import Out, Report
from broadsheet.interchange.loading.uploads import Uploads
from broadsheet.interchange.memory import Memory, source_at
from broadsheet.interchange.wordpress.reader import read_export
from broadsheet.interchange.wordpress.records import (
    AuthorRecord,
    CategoryRecord,
    CommentRecord,
    ExportHeader,
    PostKind,
    PostRecord,
    Record,
)
from broadsheet.newsroom.actions import fill_empty_masthead
from broadsheet.newsroom.models import ArticlePage, Paper

LOCK = "import.lock"
OBJECTS_BETWEEN_COLLECTIONS = 50_000


class Place(NamedTuple):
    """An article and a time for those of its comments that have none."""

    article: int
    published: datetime


@dataclass(frozen=True)
class Wish:
    """What an operator asks for."""

    file: Path
    media: Path | None = None
    is_dry: bool = False


def import_export(wish: Wish, report: Report, progress: Progress) -> None:
    """Brings an export in, filling `report` on the way; what came in before stays as it is.

    Raises NotAnExport for a file that cannot be read to its end, when everything before that place is in.
    """
    uploads, attachments = Uploads(wish.media), Attachments()
    try:
        with _alone(), _collecting_seldom():
            _survey(wish.file, attachments, progress)
            _Import(wish, report, progress).run(attachments, uploads)
    finally:
        progress.end()
        attachments.close()


@contextmanager
def _alone() -> Iterator[None]:
    """Holds a lock that the system releases when the process ends, however it ends."""
    with (settings.DATA / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportUnderWay("Another import is writing to this paper. Start this one when it is done.") from error
        yield


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Looks for garbage less often: a batch makes many objects that all go with it, and the looking costs a tenth."""
    usual = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _survey(file: Path, attachments: Attachments, progress: Progress) -> None:
    """Notes the attachments, which may stand behind the articles that show them."""
    with suppress(NotAnExport):  # the second time through the file tells it, after everything that is whole
        for record in read_export(file, progress=lambda read, total: progress.tell("Looking", read, total)):
            if isinstance(record, PostRecord) and record.kind == PostKind.ATTACHMENT:
                attachments.note(record)


class _Import:
    """One time through the file."""

    def __init__(self, wish: Wish, report: Report, progress: Progress) -> None:
        self.wish, self.report, self.progress = wish, report, progress
        self.zone = (Paper.objects.first() or Paper()).zone
        self.refusal: NotAnExport | None = None
        self.people: list[AuthorRecord] = []
        self.share = (0, 1)

    def run(self, attachments: Attachments, uploads: Uploads) -> None:
        """Writes batch after batch, and brings the indexes up to date even where the file breaks off."""
        records = self._readable()
        header = next(records, None)
        if isinstance(header, ExportHeader):
            self._begin(header, attachments, uploads)
            for batch in batches(self._posts(records)):
                self._write(batch)
                self._told()
            self._finish()
        if self.refusal is not None:
            raise self.refusal

    def _readable(self) -> Iterator[Record]:
        """The records up to the end of the file or the place from which it cannot be read."""
        try:
            yield from read_export(self.wish.file, zone=self.zone, progress=self._read)
        except NotAnExport as refusal:
            self.refusal = refusal

    def _read(self, read: int, total: int) -> None:
        self.share = (read, total)

    def _told(self) -> None:
        more = f"({self.report.articles:,} articles and pages, {self.report.comments:,} comments)"
        self.progress.tell("Importing", *self.share, more)

    def _begin(self, header: ExportHeader, attachments: Attachments, uploads: Uploads) -> None:
        self.report.title = header.title or header.base_url
        self.source = source_at(header.base_url, header.title, kept=not self.report.is_dry)
        self.memory = Memory(self.source)
        self.registers = Registers(self.memory, self.report)
        pictures = Pictures(attachments, uploads, self.memory, self.report)
        self.articles = Articles(self.registers, pictures, self.memory, self.report, base_url=header.base_url)
        self.comments = Comments(self.memory, self.report, today=timezone.localdate(timezone=self.zone))

    def _posts(self, records: Iterator[Record]) -> Iterator[PostRecord | CommentRecord]:
        """The posts and comments; authors and categories, which stand before them, are taken in on the way."""
        for record in records:
            if isinstance(record, PostRecord | CommentRecord):
                self._welcome()
                yield record
            elif isinstance(record, AuthorRecord):
                self.registers.authors[record.login] = record
                self.people.append(record)
            elif isinstance(record, CategoryRecord):
                self.registers.categories[record.slug] = record
        self._welcome()

    def _welcome(self) -> None:
        """Writes the authors down that the file has named so far."""
        if self.people:
            with transaction.atomic(durable=True):
                for person in self.people:
                    self.registers.author(person.login)
            self.people = []

    def _write(self, batch: list[Bundle]) -> None:
        """Writes a batch in one transaction; a dry run goes the same way and writes nothing."""
        planned = self.articles.plan(batch)
        with nullcontext() if self.report.is_dry else transaction.atomic(durable=True):
            self.articles.adopt(planned)
            self.comments.adopt(self._columns(batch, planned))

    def _columns(self, batch: list[Bundle], planned: Sequence[Planned]) -> list[Column]:
        """The comments that are to be written, each list with the article it stands under."""
        places = self._places(batch, planned)
        kept = {bundle: self._kept(bundle, places) for bundle in batch}
        fresh = self.comments.fresh([one for comments in kept.values() for one in comments])
        return [
            Column(*places[bundle], [one for one in comments if fresh.get(comment_key(one)) is one], bundle.is_last)
            for bundle, comments in kept.items()
            if bundle in places
        ]

    def _kept(self, bundle: Bundle, places: dict[Bundle, Place]) -> list[CommentRecord]:
        wanted = self.comments.wanted(bundle.comments)
        if bundle in places:
            return wanted
        self.report.out[Out.ON_PAGES if bundle.post.kind == PostKind.PAGE else Out.ON_NOTHING] += len(wanted)
        return []

    def _places(self, batch: list[Bundle], planned: Sequence[Planned]) -> dict[Bundle, Place]:
        """The articles of the batch that are here, by number, with the time that undated comments get."""
        posts = [bundle for bundle in batch if bundle.post.kind == PostKind.POST]
        numbers = self.articles.known([bundle.post for bundle in posts])
        times = dict(
            ArticlePage.objects.filter(pk__in=numbers.values()).values_list("pk", "latest_revision_created_at")
        )
        places = {}
        for bundle in posts:
            number = numbers.get((PostKind.POST, post_key(bundle.post)))
            if number is not None and number in times:
                places[bundle] = Place(number, times[number] or timezone.now())
        if self.report.is_dry:
            coming = {one.key for one in planned if one.post.kind == PostKind.POST}
            places |= {
                bundle: Place(-place, timezone.now())
                for place, bundle in enumerate(posts, start=1)
                if post_key(bundle.post) in coming
            }
        return places

    def _finish(self) -> None:
        if not self.report.is_dry:
            fill_empty_masthead()
            index_new(self.source, told=lambda done, total: self.progress.tell("Indexing", done, total))
