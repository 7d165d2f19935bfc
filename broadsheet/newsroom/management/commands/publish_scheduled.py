"""Publishes and unpublishes at the scheduled time; the schedule runs it every minute.

Takes the place of Wagtail's command of this name, in which an article that cannot be published stops all later ones.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.utils import timezone
from wagtail.models import DraftStateMixin, Page, Revision

from broadsheet.core.each import for_each

Row = tuple[Any, Any]  # the model and the primary key


class Command(BaseCommand):
    """`broadsheet manage publish_scheduled`."""

    help = "Publish and unpublish what is due."

    def handle(self, *args: Any, **options: Any) -> None:
        """Unpublish what has expired, then publish what is due, each by itself."""
        for_each([*expired(), *due_revisions()], change, what="A scheduled publication or its end")


def expired() -> Iterator[Row]:
    """Yield the pages and other objects with drafts that are live after their expiry."""
    models: list[Any] = apps.get_models()
    for model in models:
        if model is Page or (issubclass(model, DraftStateMixin) and not issubclass(model, Page)):
            objects = model.objects.filter(live=True, expire_at__lt=timezone.now()).order_by("expire_at", "pk")
            yield from ((model, pk) for pk in objects.values_list("pk", flat=True))


def due_revisions() -> Iterator[Row]:
    """Yield the revisions that were approved for a time that has come."""
    revisions = Revision.objects.filter(approved_go_live_at__lt=timezone.now()).order_by("approved_go_live_at", "pk")
    yield from ((Revision, pk) for pk in revisions.values_list("pk", flat=True))


def change(row: Row) -> None:
    """Publish a revision, or unpublish a page or another object, as Wagtail's command does."""
    model, pk = row
    found: Any = model.objects.get(pk=pk)
    if model is Revision:
        found.publish(log_action="wagtail.publish.scheduled")
    else:
        found.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
