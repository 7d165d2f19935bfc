"""The search backend: Wagtail's index in the database, for /cms/, and with it the entries of the readers' search.

Wagtail's index has a norm for each title, its length relative to the average, which counts in the search of /cms/.
After each write Wagtail averages all titles again and scans all entries for missing norms: with 100,000 articles a
quarter of a second, three times for each publication, during which SQLite lets no other connection write. Here the
average is that of the latest entries, and only the written entries are updated (ADR 23). `update_index` still measures
all of them.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Avg, F, Model
from django.db.models.functions import Length
from modelsearch.backends import database

from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.search.entries import write_entries

SAMPLE = 100


def backend(params: dict[str, Any]) -> Any:
    """Return Wagtail's search backend for the database of the paper, with this index."""
    wagtail_backend = database.SearchBackend(params)
    wagtail_backend.index_class = _incremental(wagtail_backend.index_class)
    return wagtail_backend


@cache
def _incremental(index: type) -> type:
    return type(f"Incremental{index.__name__}", (_IncrementalNorms, index), {})


class _IncrementalNorms:
    """A mixin of the indexes of both databases: each write updates the norms of the written entries."""

    entries: Any
    written: Any = None

    def add_items(self, model: type[Model], objs: Sequence[Model]) -> None:
        """Write the entries of these objects in both indexes, and remember them for the norms."""
        content_type = ContentType.objects.get_for_model(model)
        self.written = self.entries.filter(content_type=content_type, object_id__in=[str(obj.pk) for obj in objs])
        super().add_items(model, objs)  # type: ignore[misc]
        write_entries(obj for obj in objs if isinstance(obj, ArticlePage))

    def _refresh_title_norms(self, full: bool = False) -> None:
        """Update the norms after a write; `full` after `update_index`. Wagtail calls this private method."""
        if full:
            super()._refresh_title_norms(full=True)  # type: ignore[misc]
            return
        latest = self.entries.annotate(length=Length("title")).order_by("-pk")[:SAMPLE]
        average = latest.aggregate(average=Avg("length"))["average"]
        fresh = self.written.filter(title_norm=1).annotate(length=Length("title")).filter(length__gt=0)
        fresh.update(title_norm=average / F("length"))
