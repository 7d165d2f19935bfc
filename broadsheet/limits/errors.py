"""The refusal of a request beyond a limit."""

from datetime import timedelta
from http import HTTPStatus

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.core.errors import Refusal

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class TooManyRequests(Refusal):
    """A limit is reached. The message says when to try again, and `retry_after` is the time until then.

    A subclass may have another `sentence`.
    """

    code = "too-many-requests"
    http_status = HTTPStatus.TOO_MANY_REQUESTS
    retry_after: timedelta

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = max(timedelta(seconds=1), retry_after)
        super().__init__(self.sentence() % {"wait": in_words(self.retry_after)})

    def sentence(self) -> str:
        """Return the message, with a place for the time to wait."""
        return _("There have been too many attempts, so this one was not made. Please try again in %(wait)s.")


def in_words(wait: timedelta) -> str:
    """Return a wait in minutes, or in hours if it is longer than an hour, rounded up: "1 minute", "2 hours"."""
    if wait > HOUR:
        hours = -(-wait // HOUR)
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    minutes = -(-wait // MINUTE)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
