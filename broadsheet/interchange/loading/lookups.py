"""Finds or creates the authors, sections and tags that articles refer to."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import QuerySet
from taggit.models import Tag

from broadsheet.core.text import slug_of
from broadsheet.interchange.import_log import ImportLog, stored_key
from broadsheet.interchange.loading.normalise import MAX_TAG, one_line
from broadsheet.interchange.loading.report import Changed, Imported, Report
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.records import AuthorRecord, SectionRecord, Term
from broadsheet.newsroom.actions import import_author, import_section, import_tag
from broadsheet.newsroom.models import Author, SectionPage

MAX_AUTHOR = 120
MAX_AUTHOR_SLUG = 110
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
    """Authors, sections and tags of one source, each queried once. A dry run counts them and saves none.

    What the paper has already is found by its name, never by a slug: two names can have the same. Two sections of the
    source that share a name stay two.
    """

    def __init__(self, log: ImportLog, report: Report) -> None:
        self.log, self.report = log, report
        self.authors: dict[str, AuthorRecord] = {}
        self.sections: dict[str, SectionRecord] = {}
        self.objects: dict[tuple[SourceKind, str], Any] = {}
        self.tags: dict[Term, Any] = {}
        self.made: dict[tuple[SourceKind, str], models.Model] = {}

    def author(self, key: str) -> Author:
        """Return the author with this key in the source."""
        if (SourceKind.AUTHOR, key) in self.objects:
            return self.objects[SourceKind.AUTHOR, key]
        record = self.authors.get(key)
        name = one_line(record.name if record else key, MAX_AUTHOR, on_cut=self._count_cut)
        slug = slug_of(name, key, otherwise="author", max_length=MAX_AUTHOR_SLUG)
        return self._object(
            SourceKind.AUTHOR,
            (key, name),
            Author.objects.filter(name=name),
            lambda: import_author(name or slug, slug=slug),
        )

    def section(self, term: Term | None) -> SectionPage:
        """Return the section of this term; None stands for articles without a section."""
        term = term or NO_SECTION
        if (SourceKind.SECTION, term.key) in self.objects:
            return self.objects[SourceKind.SECTION, term.key]
        record = self.sections.get(term.key)
        title = one_line(record.name if record else term.name or term.key, MAX_SECTION, on_cut=self._count_cut)
        slug = slug_of(term.key, title, otherwise="section", max_length=MAX_SECTION_SLUG)
        text = one_line(record.description if record else "", MAX_DESCRIPTION, on_cut=self._count_cut)
        return self._object(
            SourceKind.SECTION,
            (term.key, ""),
            SectionPage.objects.filter(title__iexact=title).exclude(pk__in=self.log.all_targets(SourceKind.SECTION)),
            lambda: import_section(title or slug, slug=slug, description=text),
        )

    def tag(self, term: Term) -> Tag:
        """Return the tag of this term."""
        if (tag := self.tags.get(term)) is None:
            tag = self.tags[term] = self._tag(term)
        return tag

    def _tag(self, term: Term) -> Any:
        name = one_line(term.name or term.key, MAX_TAG, on_cut=self._count_cut)
        slug = slug_of(term.key, name, otherwise="tag", max_length=MAX_TAG_SLUG)
        return self._object(
            SourceKind.TAG,
            (name or slug, (name or slug).casefold()),
            Tag.objects.filter(name__iexact=name or slug),
            lambda: import_tag(name or slug, slug=slug),
        )

    def _count_cut(self) -> None:
        self.report.changed[Changed.NAMES] += 1

    def _object(
        self, kind: SourceKind, names: tuple[str, str], existing: QuerySet[Any], create: Callable[[], models.Model]
    ) -> Any:
        """Return the object that was made from the record with this key, exists under this name, or is created."""
        key, name = names
        found = self.objects[kind, key] = (
            self._logged(kind, key, existing.model)
            or self.made.get((kind, name))
            or self._found(kind, key, existing)
            or self._created(kind, key, existing.model, create)
        )
        if name:
            self.made[kind, name] = found
        return found

    def _logged(self, kind: SourceKind, key: str, model: type[models.Model]) -> models.Model | None:
        target = self.log.targets(kind, [key]).get(stored_key(key))
        return None if target is None else model._base_manager.filter(pk=target).first()

    def _found(self, kind: SourceKind, key: str, existing: QuerySet[Any]) -> models.Model | None:
        found: models.Model | None = existing.order_by("pk").first()
        if found is not None and not self.report.is_dry:
            self.log.replace(kind, key, found.pk)
        return found

    def _created(
        self, kind: SourceKind, key: str, model: type[models.Model], create: Callable[[], models.Model]
    ) -> models.Model:
        self.report.imported[_IMPORTED[kind]] += 1
        if self.report.is_dry:
            return model()
        created = create()
        self.log.replace(kind, key, created.pk)
        return created
