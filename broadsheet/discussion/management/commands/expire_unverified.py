"""Deletes the words of comments that nobody confirmed; the schedule runs it every ten minutes."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.discussion.actions import expire_comment
from broadsheet.discussion.errors import InvalidTransition
from broadsheet.discussion.models import Comment


class Command(BaseCommand):
    """Expires every comment that was not confirmed within 24 hours."""

    help = "Expires comments that were not confirmed within 24 hours, and deletes their text and address."

    def handle(self, *args: Any, **options: Any) -> None:
        """Expires them one by one; one that was confirmed in this very moment stays."""
        expired = sum(self.expire(comment) for comment in Comment.objects.unverified_too_long().iterator())
        if options["verbosity"]:
            self.stdout.write(f"{expired} comments expired.")

    def expire(self, comment: Comment) -> bool:
        """Whether it was still there to be expired."""
        try:
            expire_comment(comment)
        except InvalidTransition:
            return False
        return True
