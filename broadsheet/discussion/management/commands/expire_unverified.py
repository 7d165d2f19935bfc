"""Delete the text of comments that were not confirmed in time. The schedule runs it every ten minutes."""

from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.core.each import for_each
from broadsheet.discussion.actions import expire_comment
from broadsheet.discussion.errors import InvalidTransition
from broadsheet.discussion.models import Comment


class Command(BaseCommand):
    """Expire every comment that was not confirmed within 24 hours."""

    help = "Expires comments that were not confirmed within 24 hours, and deletes their text and address."

    def handle(self, *args: Any, **options: Any) -> None:
        """Expire them one by one. A comment that is confirmed at the same moment stays."""
        # By number: a comment whose address cannot be decrypted has to expire as well.
        numbers = list(Comment.objects.unverified_too_long().values_list("pk", flat=True))
        expired = for_each(numbers, self.expire, what="The deletion of an unconfirmed comment")
        if options["verbosity"]:
            self.stdout.write(f"{expired} comments expired.")

    def expire(self, number: int) -> None:
        """Expire a comment unless it is no longer unverified."""
        with suppress(InvalidTransition):
            expire_comment(Comment(pk=number))
