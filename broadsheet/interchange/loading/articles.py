"""Turns records into articles and pages of the paper, and saves those that are new."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect

from broadsheet.core.text import slug_of
from broadsheet.interchange.import_log import ImportLog, stored_key
from broadsheet.interchange.loading.batches import Bundle
from broadsheet.interchange.loading.lookups import Lookups
from broadsheet.interchange.loading.normalise import one_line, opening_words
from broadsheet.interchange.loading.photos import LEAD, PhotoImporter
from broadsheet.interchange.loading.report import Changed, Existing, Imported, Report, Skipped
from broadsheet.interchange.loading.stream_field import stream_data
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.records import ArticleRecord, OtherRecord, PageRecord, PublicationStatus
from broadsheet.newsroom.actions import ImportedArticle, ImportedPlainPage, import_articles, import_plain_page
from broadsheet.newsroom.models import ArticlePage, PlainPage
from broadsheet.newsroom.states import CommentPolicy

MAX_TITLE = 255
MAX_DECK = 400
MAX_OLD_PATH = 255
_CONTROLS_AND_SPACE = dict.fromkeys(range(33))
_EXISTING = {SourceKind.ARTICLE: Existing.ARTICLES, SourceKind.PAGE: Existing.PAGES}

Key = tuple[SourceKind, str]


@dataclass(frozen=True, eq=False)
class PlannedPage:
    """A new article or page, with the values of its fields."""

    record: PageRecord
    fields: dict[str, Any]
    old_paths: Sequence[str]
    left_out: Sequence[str]  # the pictures whose files are missing

    @property
    def is_article(self) -> bool:
        return isinstance(self.record, ArticleRecord)


class ArticleImporter:
    """Articles and pages of one source. With a `zone`, the days of addresses are those of this zone."""

    def __init__(
        self, lookups: Lookups, photos: PhotoImporter, log: ImportLog, report: Report, *, zone: ZoneInfo | None = None
    ) -> None:
        self.lookups, self.photos, self.log, self.report, self.zone = lookups, photos, log, report, zone

    def plan(self, batch: Iterable[Bundle]) -> list[PlannedPage]:
        """Return the new articles and pages of the batch, and count the others; saves their photos and nothing else."""
        records = [bundle.item for bundle in batch if bundle.is_first]
        wanted = [record for record in records if isinstance(record, PageRecord) and self._is_wanted(record)]
        self.report.skipped[Skipped.OTHER_KIND] += sum(isinstance(record, OtherRecord) for record in records)
        targets = self.targets(wanted)
        new: dict[Key, PageRecord] = {}
        for record in wanted:
            if key_of(record) in targets:
                self.report.existing[_EXISTING[key_of(record)[0]]] += 1
            elif new.setdefault(key_of(record), record) is not record:
                self.report.skipped[Skipped.REPEATED] += 1
        return [self._planned(record) for record in new.values()]

    def targets(self, records: Sequence[PageRecord]) -> dict[Key, int]:
        """Return the primary keys of the pages made from those of the records that are in the import log."""
        targets: dict[Key, int] = {}
        for kind in _EXISTING:
            keys = {stored_key(record.key): record.key for record in records if key_of(record)[0] == kind}
            logged = self.log.targets(kind, keys)
            targets |= {(kind, keys[key]): target for key, target in logged.items()}
        return targets

    def _is_wanted(self, record: PageRecord) -> bool:
        trashed = record.status == PublicationStatus.TRASHED
        self.report.skipped[Skipped.TRASHED] += trashed
        return not trashed

    def _planned(self, record: PageRecord) -> PlannedPage:
        blocks = record.blocks(self.report.lost)
        title = self._title(record)
        left_out: list[str] = []
        body = stream_data(blocks, self.photos.within(record, title, left_out))
        deck = one_line(record.deck, MAX_DECK, on_cut=lambda: self._count(Changed.DECKS))
        slug = slug_of(*record.slugs, otherwise="untitled")
        fields = {"title": title, "slug": slug, "deck": deck, "body": json.dumps(body), **self._times(record)}
        if isinstance(record, ArticleRecord):
            fields |= self._lead(record, title, left_out) | _comment_policy(record)
        else:
            fields["in_footer"] = not record.has_parent
        return PlannedPage(record, fields, self._old_paths(record) if fields["live"] else [], left_out)

    def _count(self, change: Changed) -> None:
        self.report.changed[change] += 1

    def _title(self, record: PageRecord) -> str:
        title = one_line(record.title, MAX_TITLE, on_cut=lambda: self._count(Changed.TITLES))
        if title:
            return title
        self._count(Changed.UNTITLED)
        return opening_words(record.opening)[:MAX_TITLE] or "Untitled"

    def _times(self, record: PageRecord) -> dict[str, Any]:
        live = record.status == PublicationStatus.PUBLISHED
        published = record.published_at
        if live and published is None:
            self._count(Changed.UNDATED)
            published = timezone.now()
        updated = max(filter(None, [published, record.updated_at]), default=timezone.now())
        if not live:
            return {"live": False, "has_unpublished_changes": True, "latest_revision_created_at": updated} | _go_live(
                record, published
            )
        return {
            "live": True,
            "first_published_at": published,
            "last_published_at": updated,
            "latest_revision_created_at": updated,
        }

    def _lead(self, record: ArticleRecord, title: str, left_out: list[str]) -> dict[str, Any]:
        picture = self.photos.lead(record, title)
        if picture is None or not picture.photo_id:
            left_out += [LEAD] if picture and picture.photo_id is None else []
            return {}
        return {"lead_image_id": picture.photo_id, "lead_alt": picture.alt, "lead_caption": picture.caption}

    def _old_paths(self, record: PageRecord) -> list[str]:
        paths = [path.translate(_CONTROLS_AND_SPACE) for path in record.old_paths]
        self.report.skipped[Skipped.LONG_PATHS] += sum(len(path) > MAX_OLD_PATH for path in paths)
        return [path for path in paths if len(path) <= MAX_OLD_PATH]

    def save(self, planned: Sequence[PlannedPage]) -> None:
        """Save articles and pages with their bylines, tags and redirects, in the transaction of the caller."""
        self._count_imported(planned)
        articles = {
            page.record.key: self._article(page, page.record)
            for page in planned
            if isinstance(page.record, ArticleRecord)
        }
        if self.report.is_dry:
            return
        pages = {page.record.key: import_plain_page(_plain_page(page)) for page in planned if not page.is_article}
        saved = dict(zip(articles, import_articles(list(articles.values())), strict=True))
        left_out = {page.record.key: page.left_out for page in planned}
        self.log.add(SourceKind.ARTICLE, {key: page.pk for key, page in saved.items()}, left_out)
        self.log.add(SourceKind.PAGE, {key: page.pk for key, page in pages.items()}, left_out)
        page_ids = [*(page.pk for page in saved.values()), *(page.pk for page in pages.values())]
        self.report.imported[Imported.REDIRECTS] += Redirect.objects.filter(redirect_page__in=page_ids).count()

    def _count_imported(self, planned: Sequence[PlannedPage]) -> None:
        for page in planned:
            status = Imported.ARTICLES if page.fields["live"] else Imported.DRAFTS
            self.report.imported[status if page.is_article else Imported.PAGES] += 1

    def _article(self, page: PlannedPage, record: ArticleRecord) -> ImportedArticle:
        section = self.lookups.section(record.section)
        byline = [self.lookups.author(key) for key in record.author_keys]
        tags = {tag.pk: tag for tag in map(self.lookups.tag, record.tags)}
        has_day = self.zone is not None and page.fields["live"]
        day = timezone.localdate(page.fields["first_published_at"], self.zone) if has_day else None
        return ImportedArticle(section, ArticlePage(**page.fields), byline, list(tags.values()), page.old_paths, day)


def key_of(record: PageRecord) -> Key:
    """Return the key of an article or page in the import log."""
    return (SourceKind.ARTICLE if isinstance(record, ArticleRecord) else SourceKind.PAGE, record.key)


def _plain_page(page: PlannedPage) -> ImportedPlainPage:
    return ImportedPlainPage(PlainPage(**page.fields), page.old_paths)


def _comment_policy(record: ArticleRecord) -> dict[str, Any]:
    return {"comment_policy": CommentPolicy.OPEN if record.comments_open else CommentPolicy.CLOSED}


def _go_live(record: PageRecord, published: datetime | None) -> dict[str, Any]:
    """Return the date of a scheduled article, which the editor finds in its draft; a past date is left out."""
    ahead = record.status == PublicationStatus.SCHEDULED and published is not None and published > timezone.now()
    return {"go_live_at": published} if ahead else {}
