"""Adds imported pages to the search index and the reference index in bulk; an interrupted run is continued."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Page, ReferenceIndex
from wagtail.search.backends import get_search_backend

from broadsheet.interchange.models import Counterpart, Source, SourceKind
from broadsheet.newsroom.models import ArticlePage, PlainPage, SectionPage

BATCH_SIZE = 500
_MODELS: dict[str, Any] = {
    SourceKind.ARTICLE: ArticlePage,
    SourceKind.PAGE: PlainPage,
    SourceKind.SECTION: SectionPage,
}
# Relations that both indexes read.
_PREFETCHED: dict[str, tuple[str, ...]] = {
    SourceKind.ARTICLE: ("byline__author", "corrections", "tagged_items__tag", "wagtail_admin_comments"),
}


def index_new(source: Source, *, progress: Callable[[int, int], object]) -> None:
    """Index the pages imported from a source since the last time, a batch in each transaction.

    `progress` is called with the number of pages done and the number in all.
    """
    new = Counterpart.objects.filter(source=source, kind__in=list(_MODELS), pk__gt=source.indexed_to)
    total, done = new.count(), 0
    progress(done, total)
    while batch := list(new.filter(pk__gt=source.indexed_to).order_by("pk")[:BATCH_SIZE]):
        with transaction.atomic(durable=True):
            _index(batch)
            source.indexed_to = batch[-1].pk
            source.save(update_fields=["indexed_to"])
        done += len(batch)
        progress(done, total)


def _index(batch: list[Counterpart]) -> None:
    targets_by_kind: dict[str, list[int]] = defaultdict(list)
    for counterpart in batch:
        targets_by_kind[counterpart.kind].append(counterpart.target)
    for kind, targets in targets_by_kind.items():
        pages = list(_MODELS[kind].objects.filter(pk__in=targets).prefetch_related(*_PREFETCHED.get(kind, ())))
        get_search_backend().add_bulk(_MODELS[kind], pages)
        _add_references(_MODELS[kind], pages)


def _add_references(model: Any, pages: Sequence[Page]) -> None:
    # The rows that an editor's saving has added meanwhile are replaced: adding them again would break a constraint.
    # The private methods of ReferenceIndex are its only way to index many pages in one query.
    content_type, base = ContentType.objects.get_for_model(model), ContentType.objects.get_for_model(Page)
    page_ids = [str(page.pk) for page in pages]
    ReferenceIndex.objects.filter(base_content_type=base, object_id__in=page_ids)._raw_delete(ReferenceIndex.objects.db)
    ReferenceIndex.objects.bulk_create(
        ReferenceIndex(
            base_content_type=base,
            content_type=content_type,
            object_id=str(page.pk),
            to_content_type_id=to_type_id,
            to_object_id=to_id,
            model_path=model_path,
            content_path=content_path,
            content_path_hash=ReferenceIndex._get_content_path_hash(content_path),
        )
        for page in pages
        for to_type_id, to_id, model_path, content_path in set(ReferenceIndex._extract_references_from_object(page))
    )
