"""Adds the pictures that an earlier run left out, without touching what an editor has changed since."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

from wagtail.models import Page

from broadsheet.interchange.blocks import Gallery, Picture
from broadsheet.interchange.import_log import ImportLog, stored_key
from broadsheet.interchange.loading.articles import key_of
from broadsheet.interchange.loading.batches import Bundle
from broadsheet.interchange.loading.photos import LEAD, PhotoImporter
from broadsheet.interchange.loading.report import Existing, Report
from broadsheet.interchange.loading.stream_field import ImportedPicture, picture_block
from broadsheet.interchange.models import Counterpart, SourceKind
from broadsheet.interchange.records import ArticleRecord, PageRecord, PublicationStatus
from broadsheet.newsroom.actions import add_imported_pictures
from broadsheet.newsroom.models import ArticlePage, PlainPage

_MODELS: dict[str, Any] = {SourceKind.ARTICLE: ArticlePage, SourceKind.PAGE: PlainPage}
_EXISTING = {SourceKind.ARTICLE: Existing.ARTICLES, SourceKind.PAGE: Existing.PAGES}
# The editor of /cms/ gives each paragraph a key when a page is saved.
_KEY_OF_EDITOR = re.compile(r' data-block-key="[^"]*"')

StoredBlock = dict[str, Any]


@dataclass(eq=False)
class Completion:
    """The pictures that a page gets, each with the paragraph that holds its place, and those that it still lacks."""

    row: Counterpart
    pictures: list[tuple[str, StoredBlock]] = field(default_factory=list)
    lead: dict[str, Any] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The number of pictures."""
        return len(self.pictures) + bool(self.lead)


class PictureCompleter:
    """Finds the pages of earlier runs that lack pictures, and adds those that the media folder has now."""

    def __init__(self, photos: PhotoImporter, log: ImportLog, report: Report) -> None:
        self.photos, self.log, self.report = photos, log, report

    def plan(self, batch: Iterable[Bundle]) -> list[Completion]:
        """Return what the pages of the batch get; saves photos and nothing else. Without a folder nothing is found."""
        if self.photos.folder.folder is None:
            return []
        records = {key_of(bundle.item): bundle.item for bundle in batch if isinstance(bundle.item, PageRecord)}
        completions = [
            self._completion(row, record)
            for kind in _MODELS
            for row, record in self._lacking(SourceKind(kind), records)
            if record.status != PublicationStatus.TRASHED
        ]
        found = [completion for completion in completions if completion is not None]
        for completion in found:
            if completion.count:
                self.report.pages_completed += 1
                self.report.pictures_added += completion.count
                self.report.existing[_EXISTING[SourceKind(completion.row.kind)]] -= 1
        return found

    def _lacking(
        self, kind: SourceKind, records: dict[tuple[SourceKind, str], PageRecord]
    ) -> list[tuple[Counterpart, PageRecord]]:
        by_key = {stored_key(key): record for (own, key), record in records.items() if own == kind}
        return [(row, by_key[row.key]) for row in self.log.lacking(kind, (record.key for record in by_key.values()))]

    def _completion(self, row: Counterpart, record: PageRecord) -> Completion | None:
        page = _MODELS[row.kind].objects.filter(pk=row.target).first()
        if page is None:
            return None
        completion = Completion(row)
        self._add_lead(completion, record, page)
        places = [block for body in _bodies(page) for block in body]
        for block in record.blocks(Counter()):  # what they lose was counted by the earlier run
            if isinstance(block, Picture | Gallery):
                for picture in self.photos.found(block, record, page.title):
                    self._add(completion, picture, places, page.title)
        return completion

    def _add_lead(self, completion: Completion, record: PageRecord, page: Page) -> None:
        lacks = completion.row.left_out
        is_unedited = page.latest_revision_id is None
        if not isinstance(record, ArticleRecord) or not (LEAD in lacks if lacks is not None else is_unedited):
            return
        draft = page.latest_revision.content if page.latest_revision else {}
        if page.lead_image_id or draft.get("lead_image"):
            return
        picture = self.photos.lead(record, page.title)
        if picture is not None and picture.photo_id is not None:
            completion.lead = {
                "lead_image": picture.photo_id,
                "lead_alt": picture.alt,
                "lead_caption": picture.caption,
            }
        elif picture is not None:
            completion.left_out.append(LEAD)

    def _add(self, completion: Completion, picture: ImportedPicture, places: Sequence[StoredBlock], title: str) -> None:
        """Add a picture to the plan if the paragraph in its place is still there, as the import wrote it."""
        _, place = picture_block(replace(picture, photo_id=None))
        if not any(_holds_place(block, place) for block in places):
            return
        if not picture.path:
            completion.left_out.append(picture.url)
            return
        kind, value = picture_block(self.photos.imported(picture, title))
        completion.pictures.append((place, {"type": kind, "value": value}))

    def save(self, completions: Sequence[Completion]) -> None:
        """Save the pictures, in the transaction of the caller; a dry run saves none."""
        for completion in () if self.report.is_dry else completions:
            if completion.count:
                self._save(completion)
            completion.row.left_out = completion.left_out
            completion.row.save(update_fields=["left_out"])

    def _save(self, completion: Completion) -> None:
        page = _MODELS[completion.row.kind].objects.select_for_update().filter(pk=completion.row.target).first()
        if page is None:
            return
        own, draft = (json.dumps(_filled(body, completion.pictures)) for body in _bodies(page))
        add_imported_pictures(page, {"body": own, **completion.lead}, {"body": draft, **completion.lead})


def _bodies(page: Any) -> tuple[list[StoredBlock], list[StoredBlock]]:
    """Return the blocks of a page, and those of its latest revision, which are none where it has no revision."""
    draft = json.loads(page.latest_revision.content.get("body") or "[]") if page.latest_revision else []
    return [dict(block) for block in page.body.raw_data], draft


def _holds_place(block: StoredBlock, place: str) -> bool:
    return block["type"] == "paragraph" and _plain(str(block["value"])) == _plain(place)


def _plain(value: str) -> str:
    return unescape(_KEY_OF_EDITOR.sub("", value))


def _filled(body: Sequence[StoredBlock], pictures: Sequence[tuple[str, StoredBlock]]) -> list[StoredBlock]:
    """Return the blocks with each picture in the first of its places; the block keeps its identifier."""
    filled = list(body)
    for place, picture in pictures:
        at = next((at for at, block in enumerate(filled) if _holds_place(block, place)), None)
        if at is not None:
            filled[at] = {**filled[at], **picture}
    return filled
