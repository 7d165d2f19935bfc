"""Finds or makes what articles refer to, each once: authors, sections, tags."""

from collections.abc import Callable
from typing import Any

from django.db import models
from taggit.models import Tag

from broadsheet.interchange.loading.report import Came, Changed, Report
from broadsheet.interchange.loading.wording import name_of, one_line, slug_of
from broadsheet.interchange.memory import Memory, fit
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.wordpress.records import AuthorRecord, CategoryRecord, Term
from broadsheet.newsroom.actions import import_author, import_section, import_tag
from broadsheet.newsroom.models import Author, SectionPage

MAX_AUTHOR = 120
MAX_AUTHOR_SLUG = 110
MAX_TAG = 100
MAX_TAG_SLUG = 90
MAX_SECTION = 255
MAX_SECTION_SLUG = 80
NO_CATEGORY = Term("uncategorised", "Uncategorised")


class Registers:
    """Authors, sections and tags of one source. In a dry run they are counted, and not stored."""

    def __init__(self, memory: Memory, report: Report) -> None:
        self.memory, self.report = memory, report
        self.authors: dict[str, AuthorRecord] = {}
        self.categories: dict[str, CategoryRecord] = {}
        self.found: dict[tuple[SourceKind, str], Any] = {}

    def author(self, login: str) -> Author:
        """Who writes under this login."""
        known = self.authors.get(login)
        name = name_of(known.display_name if known else login, MAX_AUTHOR, cut=self._cut)
        slug = slug_of(name, login, otherwise="author")[:MAX_AUTHOR_SLUG]
        return self._found(SourceKind.AUTHOR, login, Author, lambda: import_author(name or slug, slug=slug))

    def section(self, term: Term | None) -> SectionPage:
        """The section that a category has become; without a category, the one for such articles."""
        term = term or NO_CATEGORY
        known = self.categories.get(term.slug)
        title = name_of(known.name if known else term.name or term.slug, MAX_SECTION, cut=self._cut)
        slug = slug_of(term.slug, title, otherwise="section")[:MAX_SECTION_SLUG]
        words = one_line(known.description if known else "", 10_000, cut=self._cut)
        return self._found(
            SourceKind.CATEGORY,
            term.slug or term.name,
            SectionPage,
            lambda: import_section(title or slug, slug=slug, description=words),
        )

    def tag(self, term: Term) -> Tag:
        """The tag of this name."""
        name = name_of(term.name or term.slug, MAX_TAG, cut=self._cut)
        slug = slug_of(term.slug, name, otherwise="tag")[:MAX_TAG_SLUG]
        return self._found(SourceKind.TAG, name or slug, Tag, lambda: import_tag(name or slug, slug=slug))

    def _cut(self) -> None:
        self.report.changed[Changed.NAMES] += 1

    def _found(self, kind: SourceKind, key: str, model: type[models.Model], adopt: Callable[[], models.Model]) -> Any:
        if (kind, key) not in self.found:
            self.found[kind, key] = self._remembered(kind, key, model) or self._new(kind, key, model, adopt)
        return self.found[kind, key]

    def _remembered(self, kind: SourceKind, key: str, model: type[models.Model]) -> models.Model | None:
        target = self.memory.known(kind, [key]).get(fit(key))
        return None if target is None else model._base_manager.filter(pk=target).first()

    def _new(
        self, kind: SourceKind, key: str, model: type[models.Model], adopt: Callable[[], models.Model]
    ) -> models.Model:
        self.report.came[_CAME[kind]] += 1
        if self.report.is_dry:
            return model()
        made = adopt()
        self.memory.replace(kind, key, made.pk)
        return made


_CAME = {SourceKind.AUTHOR: Came.AUTHORS, SourceKind.CATEGORY: Came.SECTIONS, SourceKind.TAG: Came.TAGS}
