"""Lets search and Wagtail's references know what came in: in bulk, and from where an interrupted run left off."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Page, ReferenceIndex
from wagtail.search.backends import get_search_backend

from broadsheet.interchange.models import Counterpart, Source, SourceKind
from broadsheet.newsroom.models import ArticlePage, PlainPage, SectionPage

PIECE = 500
_MODELS: dict[str, Any] = {
    SourceKind.POST: ArticlePage,
    SourceKind.PAGE: PlainPage,
    SourceKind.CATEGORY: SectionPage,
}
# What search and references want to know of them besides, fetched for all at once.
_ASKED: dict[str, tuple[str, ...]] = {
    SourceKind.POST: ("byline__author", "corrections", "tagged_items__tag", "wagtail_admin_comments"),
}


def index_new(source: Source, *, told: Callable[[int, int], object]) -> None:
    """Indexes, a piece in each transaction, what has come in from the source since the last time."""
    fresh = Counterpart.objects.filter(source=source, kind__in=list(_MODELS), pk__gt=source.indexed_to)
    total, done = fresh.count(), 0
    told(done, total)
    while piece := list(fresh.filter(pk__gt=source.indexed_to).order_by("pk")[:PIECE]):
        with transaction.atomic(durable=True):
            _index(piece)
            source.indexed_to = piece[-1].pk
            source.save(update_fields=["indexed_to"])
        done += len(piece)
        told(done, total)


def _index(piece: list[Counterpart]) -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for one in piece:
        numbers[one.kind].append(one.target)
    for kind, targets in numbers.items():
        pages = list(_MODELS[kind].objects.filter(pk__in=targets).prefetch_related(*_ASKED.get(kind, ())))
        get_search_backend().add_bulk(_MODELS[kind], pages)
        _note_references(_MODELS[kind], pages)


def _note_references(model: Any, pages: Sequence[Page]) -> None:
    """Notes what the pages refer to, all at once; what an editor's saving has noted meanwhile is noted anew."""
    kind, base = ContentType.objects.get_for_model(model), ContentType.objects.get_for_model(Page)
    numbers = [str(page.pk) for page in pages]
    ReferenceIndex.objects.filter(base_content_type=base, object_id__in=numbers)._raw_delete(ReferenceIndex.objects.db)
    ReferenceIndex.objects.bulk_create(
        ReferenceIndex(
            base_content_type=base,
            content_type=kind,
            object_id=str(page.pk),
            to_content_type_id=to_kind,
            to_object_id=to_number,
            model_path=model_path,
            content_path=content_path,
            content_path_hash=ReferenceIndex._get_content_path_hash(content_path),
        )
        for page in pages
        for to_kind, to_number, model_path, content_path in set(ReferenceIndex._extract_references_from_object(page))
    )
