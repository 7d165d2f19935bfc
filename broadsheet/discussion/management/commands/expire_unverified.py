"""Delete the text of comments that were not confirmed in time. The schedule runs it every ten minutes."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.discussion.actions import expire_comment
from broadsheet.discussion.errors import InvalidTransition
from broadsheet.discussion.models import Comment


class Command(BaseCommand):
    """Expire every comment that was not confirmed within 24 hours."""

    help = "Expires comments that were not confirmed within 24 hours, and deletes their text and address."

    def handle(self, *args: Any, **options: Any) -> None:
        """Expire them one by one. A comment that is confirmed at the same moment stays."""
        expired = sum(self.expire(comment) for comment in Comment.objects.unverified_too_long().iterator())
        if options["verbosity"]:
            self.stdout.write(f"{expired} comments expired.")

    def expire(self, comment: Comment) -> bool:
        """Return whether the comment was still unverified."""
        try:
            expire_comment(comment)
        except InvalidTransition:
            return False
        return True
