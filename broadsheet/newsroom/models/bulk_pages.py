"""Insert many pages into the page tree in a few queries, with the result that `add_child` has for each of them.

The importer alone uses this, yet it belongs to the newsroom: no other room writes the newsroom's tables, and
`import_articles`, which calls it, may not import `interchange`, a room above (`tool.importlinter` in pyproject.toml).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count
from typing import Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F, Max
from wagtail.models import Page

from broadsheet.core.text import slug_of

MAX_SLUG = 255
_SUFFIX_LENGTH = 8
ParentAndPage = tuple[Page, Page]


def insert_pages(pairs: Sequence[ParentAndPage]) -> None:
    """Insert each page, in the caller's transaction, as the last child of its parent.

    The slugs have to be free. No signals are sent: the caller brings the search and reference indexes up to date.
    """
    for parent in {parent.pk: parent for parent, _ in pairs}.values():
        _append_to(parent, [page for above, page in pairs if above.pk == parent.pk])
    rows = Page.objects.bulk_create(_base_row(page) for _, page in pairs)
    for (_, page), row in zip(pairs, rows, strict=True):
        page.id = page.pk = row.pk
    for model in {type(page) for _, page in pairs}:
        _insert_own_rows(model, [page for _, page in pairs if type(page) is model])


def _insert_own_rows(model: type[Page], pages: Sequence[Page]) -> None:
    """Insert the rows of the model's own table."""
    # Django's bulk_create refuses a model with multi-table inheritance, so its compiler is called directly.
    fields = model._meta.local_concrete_fields
    size = connection.ops.bulk_batch_size(fields, pages)
    for start in range(0, len(pages), size):
        model._base_manager._insert(pages[start : start + size], fields=fields, raw=True)
    for page in pages:
        page._state.adding, page._state.db = False, connection.alias


def _append_to(parent: Page, pages: Sequence[Page]) -> None:
    """Set the places of the pages behind the last child of the parent, and its number of children."""
    parent = Page.objects.select_for_update().get(pk=parent.pk)
    last = _children(parent).aggregate(last=Max("path"))["last"]
    last_step = Page._str2int(last[-Page.steplen :]) if last else 0
    for step, page in enumerate(pages, start=last_step + 1):
        page.depth, page.numchild = parent.depth + 1, 0
        page.path = Page._get_path(parent.path, page.depth, step)
        page.url_path = f"{parent.url_path}{page.slug}/"
        page.locale_id = parent.locale_id
        page.content_type = ContentType.objects.get_for_model(type(page))
        page.draft_title = page.draft_title or page.title
        page.translation_key = page.translation_key or uuid4()
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(pages))


def _base_row(page: Page) -> Page:
    return Page(**{field.attname: getattr(page, field.attname) for field in Page._meta.local_concrete_fields})


def _children(parent: Page) -> Any:
    return Page.objects.filter(depth=parent.depth + 1, path__range=Page._get_children_path_interval(parent.path))


def free_slug(parent: Page, wanted: str, *, is_taken: Callable[[str], bool]) -> str:
    """Return the slug if it is free beneath the parent and not taken elsewhere, else with the lowest free number."""
    if not is_taken(wanted) and not _children(parent).filter(slug=wanted).exists():
        return wanted
    stem = wanted[: MAX_SLUG - _SUFFIX_LENGTH]
    siblings = set(_children(parent).filter(slug__startswith=f"{stem}-").values_list("slug", flat=True))
    return next(slug for slug in numbered(stem) if slug not in siblings and not is_taken(slug))


def numbered(stem: str) -> Iterator[str]:
    """Yield stem-2, stem-3 and so on."""
    return (f"{stem}-{number}" for number in count(2))


def fill_slug(page: Page, *, is_taken: Callable[[str], bool]) -> None:
    """Give a page without a slug one of its title, in whatever script, with a number where it is taken.

    Wagtail makes none of a title of signs or emoji. A page that is not in the tree yet is left for its saving.
    """
    parent = page.get_parent() if page.path else None
    if page.slug or parent is None:
        return
    slug = slug_of(page.title, otherwise=page._meta.model_name or "page")
    slugs = chain([slug], numbered(slug))
    page.slug = next(slug for slug in slugs if Page._slug_is_available(slug, parent, page) and not is_taken(slug))
