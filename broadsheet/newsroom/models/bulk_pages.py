"""Puts many pages into the page tree at once; they stand there as if each had been added by hand."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F, Max
from wagtail.models import Page

MAX_SLUG = 255
_ROOM_FOR_NUMBER = 8
Planted = tuple[Page, Page]


def plant(pairs: Sequence[Planted]) -> None:
    """Stores each page, in the caller's transaction, as the last child of its parent: pairs of parent and page.

    Slugs are expected to be free. Nobody is told: search and references have to be brought up to date afterwards.
    """
    for parent in {parent.pk: parent for parent, _ in pairs}.values():
        _place(parent, [page for beneath, page in pairs if beneath.pk == parent.pk])
    rows = Page.objects.bulk_create(_row_of(page) for _, page in pairs)
    for (_, page), row in zip(pairs, rows, strict=True):
        page.id = page.pk = row.pk
    for kind in {type(page) for _, page in pairs}:
        _store_own(kind, [page for _, page in pairs if type(page) is kind])


def _store_own(kind: type[Page], pages: Sequence[Page]) -> None:
    """Fills the pages' own table, which Django's bulk_create does not where a model has a second one above it."""
    fields = kind._meta.local_concrete_fields
    size = connection.ops.bulk_batch_size(fields, pages)
    for start in range(0, len(pages), size):
        kind._base_manager._insert(pages[start : start + size], fields=fields, raw=True)
    for page in pages:
        page._state.adding, page._state.db = False, connection.alias


def _place(parent: Page, pages: Sequence[Page]) -> None:
    """Gives the pages their places behind the last child, and counts them in."""
    parent = Page.objects.select_for_update().get(pk=parent.pk)
    last = _children(parent).aggregate(last=Max("path"))["last"]
    step = Page._str2int(last[-Page.steplen :]) if last else 0
    for number, page in enumerate(pages, start=step + 1):
        page.depth, page.numchild = parent.depth + 1, 0
        page.path = Page._get_path(parent.path, page.depth, number)
        page.url_path = f"{parent.url_path}{page.slug}/"
        page.locale_id = parent.locale_id
        page.content_type = ContentType.objects.get_for_model(type(page))
        page.draft_title = page.draft_title or page.title
        page.translation_key = page.translation_key or uuid4()
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(pages))


def _row_of(page: Page) -> Page:
    return Page(**{field.attname: getattr(page, field.attname) for field in Page._meta.local_concrete_fields})


def _children(parent: Page) -> Any:
    return Page.objects.filter(depth=parent.depth + 1, path__range=Page._get_children_path_interval(parent.path))


def free_slug(parent: Page, wanted: str, *, is_taken: Callable[[str], bool]) -> str:
    """The slug itself, or with the first number behind it that is free beneath `parent` and not taken elsewhere."""
    if not is_taken(wanted) and not _children(parent).filter(slug=wanted).exists():
        return wanted
    stem = wanted[: MAX_SLUG - _ROOM_FOR_NUMBER]
    beside = set(_children(parent).filter(slug__startswith=f"{stem}-").values_list("slug", flat=True))
    return next(slug for slug in numbered(stem) if slug not in beside and not is_taken(slug))


def numbered(stem: str) -> Iterator[str]:
    """stem-2, stem-3 and so on."""
    return (f"{stem}-{number}" for number in count(2))
