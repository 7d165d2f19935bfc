"""Keeps Wagtail's index in the database up to date, at the same cost however many articles there are.

The index notes of each entry how short its title is beside the average, which counts in the search of /cms/. After
every write Wagtail averages all titles anew and looks through all entries for those without a note: with 100,000
articles a quarter of a second, three times for each that is published, and on SQLite others cannot write meanwhile.
Here the latest entries stand for all, and only what was written is looked at. `update_index` still measures them all.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Avg, F, Model
from django.db.models.functions import Length
from modelsearch.backends import database

SAMPLE = 100


def backend(params: dict[str, Any]) -> Any:
    """Wagtail's search in the paper's own database, with this index."""
    found = database.SearchBackend(params)
    found.index_class = _thrifty(found.index_class)
    return found


@cache
def _thrifty(usual: type) -> type:
    return type(f"Thrifty{usual.__name__}", (_Thrifty, usual), {})


class _Thrifty:
    """What the indexes of both databases do otherwise."""

    entries: Any
    written: Any = None

    def add_items(self, model: type[Model], objs: Sequence[Model]) -> None:
        """Writes the entries of these objects, or writes them anew."""
        kind = ContentType.objects.get_for_model(model)
        self.written = self.entries.filter(content_type=kind, object_id__in=[str(one.pk) for one in objs])
        super().add_items(model, objs)  # type: ignore[misc]

    def _refresh_title_norms(self, full: bool = False) -> None:
        """Wagtail calls it after each write, and in full when all has been indexed anew."""
        if full:
            super()._refresh_title_norms(full=True)  # type: ignore[misc]
            return
        latest = self.entries.annotate(length=Length("title")).order_by("-pk")[:SAMPLE]
        average = latest.aggregate(average=Avg("length"))["average"]
        fresh = self.written.filter(title_norm=1).annotate(length=Length("title")).filter(length__gt=0)
        fresh.update(title_norm=average / F("length"))
