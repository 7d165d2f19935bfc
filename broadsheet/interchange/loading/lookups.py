"""Finds or creates the authors, sections and tags that articles refer to."""

from collections.abc import Callable
from typing import Any

from django.db import models
from taggit.models import Tag

from broadsheet.interchange.import_log import ImportLog, stored_key
from broadsheet.interchange.loading.normalise import one_line, slug_of
from broadsheet.interchange.loading.report import Changed, Imported, Report
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.records import AuthorRecord, SectionRecord, Term
from broadsheet.newsroom.actions import import_author, import_section, import_tag
from broadsheet.newsroom.models import Author, SectionPage

MAX_AUTHOR = 120
MAX_AUTHOR_SLUG = 110
MAX_TAG = 100
MAX_TAG_SLUG = 90
MAX_SECTION = 255
MAX_SECTION_SLUG = 80
MAX_DESCRIPTION = 10_000
NO_SECTION = Term("uncategorised", "Uncategorised")
_IMPORTED = {
    SourceKind.AUTHOR: Imported.AUTHORS,
    SourceKind.SECTION: Imported.SECTIONS,
    SourceKind.TAG: Imported.TAGS,
}


class Lookups:
    """Authors, sections and tags of one source, each queried once. A dry run counts them and saves none."""

    def __init__(self, log: ImportLog, report: Report) -> None:
        self.log, self.report = log, report
        self.authors: dict[str, AuthorRecord] = {}
        self.sections: dict[str, SectionRecord] = {}
        self.objects: dict[tuple[SourceKind, str], Any] = {}

    def author(self, key: str) -> Author:
        """Return the author with this key in the source."""
        record = self.authors.get(key)
        name = one_line(record.name if record else key, MAX_AUTHOR, on_cut=self._count_cut)
        slug = slug_of(name, key, otherwise="author")[:MAX_AUTHOR_SLUG]
        return self._object(SourceKind.AUTHOR, key, Author, lambda: import_author(name or slug, slug=slug))

    def section(self, term: Term | None) -> SectionPage:
        """Return the section of this term; None stands for articles without a section."""
        term = term or NO_SECTION
        record = self.sections.get(term.key)
        title = one_line(record.name if record else term.name or term.key, MAX_SECTION, on_cut=self._count_cut)
        slug = slug_of(term.key, title, otherwise="section")[:MAX_SECTION_SLUG]
        text = one_line(record.description if record else "", MAX_DESCRIPTION, on_cut=self._count_cut)
        return self._object(
            SourceKind.SECTION,
            term.key,
            SectionPage,
            lambda: import_section(title or slug, slug=slug, description=text),
        )

    def tag(self, term: Term) -> Tag:
        """Return the tag of this term."""
        name = one_line(term.name or term.key, MAX_TAG, on_cut=self._count_cut)
        slug = slug_of(term.key, name, otherwise="tag")[:MAX_TAG_SLUG]
        return self._object(SourceKind.TAG, name or slug, Tag, lambda: import_tag(name or slug, slug=slug))

    def _count_cut(self) -> None:
        self.report.changed[Changed.NAMES] += 1

    def _object(self, kind: SourceKind, key: str, model: type[models.Model], create: Callable[[], models.Model]) -> Any:
        if (kind, key) not in self.objects:
            self.objects[kind, key] = self._logged(kind, key, model) or self._created(kind, key, model, create)
        return self.objects[kind, key]

    def _logged(self, kind: SourceKind, key: str, model: type[models.Model]) -> models.Model | None:
        target = self.log.targets(kind, [key]).get(stored_key(key))
        return None if target is None else model._base_manager.filter(pk=target).first()

    def _created(
        self, kind: SourceKind, key: str, model: type[models.Model], create: Callable[[], models.Model]
    ) -> models.Model:
        self.report.imported[_IMPORTED[kind]] += 1
        if self.report.is_dry:
            return model()
        created = create()
        self.log.replace(kind, key, created.pk)
        return created
