"""The refusals of the newsroom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from broadsheet.core.datetimes import current_style
from broadsheet.core.errors import Refusal


class NoRoomForPhoto(Refusal):
    """A photograph cannot be stored because the disk is full."""

    code = "no-room"
    http_status = 507

    def __init__(self, title: str) -> None:
        super().__init__(
            _(
                "“%(title)s” was not saved because the paper’s disk is full. Please ask the operator to free some "
                "space, then upload it again."
            )
            % {"title": title}
        )


class NoRoomForSize(Refusal):
    """A new size of a photograph cannot be stored because the disk is full."""

    code = "no-room-for-size"
    http_status = 503
    retry_after = timedelta(minutes=10)

    def __init__(self) -> None:
        super().__init__(
            _(
                "This photograph cannot be shown in this size at the moment because our disk is full. The problem has "
                "been logged; please try again in ten minutes."
            )
        )


class IncompleteArticle(Refusal):
    """An article is to be published that lacks something its readers need."""

    code = "incomplete-article"
    http_status = 422

    def __init__(self, title: str, requests: Iterable[str | Promise]) -> None:
        super().__init__(
            _("“%(title)s” was not published because it is not complete. %(requests)s")
            % {"title": title, "requests": " ".join(map(str, requests))}
        )


class PhotoUnderEmbargo(Refusal):
    """A page is to be published before the embargo of one of its photographs ends."""

    code = "photo-under-embargo"
    http_status = 422

    def __init__(self, photo: str, until: datetime, zone: ZoneInfo) -> None:
        with timezone.override(zone):
            time = current_style().date_and_time(until).strip()
        super().__init__(
            _(
                "The photograph “%(photo)s” must not be published before %(time)s (%(zone)s). Please schedule the page "
                "for that time or later, or take the photograph out. If the embargo has been lifted, change it in the "
                "form of the photograph."
            )
            % {"photo": photo, "time": time, "zone": zone.key}
        )


class NotAnEditor(Refusal):
    """A member of staff without the right to edit opens the editor."""

    code = "not-an-editor"
    is_about_account = True
    http_status = 403

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your account cannot write or edit articles. Please ask an administrator for the role of reporter or "
                "editor, or sign in with another account."
            )
        )


class NotPrivate(Refusal):
    """An editor wants to make a page or a collection private."""

    code = "not-private"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This paper cannot show a page or a collection to some readers only, because every reader gets the "
                "same pages. To take a page off the site, please unpublish it."
            )
        )


class PreviewEnded(Refusal):
    """A preview link that opens no draft: expired, revoked, published since, of a deleted article, or incomplete.

    The sentence is the same in each case, so that a link tells nothing more than that it does not work.
    """

    code = "preview-ended"
    http_status = 410

    def __init__(self) -> None:
        super().__init__(
            _(
                "This preview cannot be opened: its link has expired, was withdrawn by the paper, or is incomplete. "
                "Please ask the person who sent it to you for a new one."
            )
        )

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers, of which one keeps the address of the link from the pages that this one links to."""
        return {**super().headers, "Referrer-Policy": "no-referrer"}


class AlreadyPublished(Refusal):
    """A preview link is wanted for an article that readers can see."""

    code = "already-published"

    def __init__(self, title: str) -> None:
        super().__init__(
            _("“%(title)s” is published, so no preview link was made. Please share the address of the article.")
            % {"title": title}
        )


class MayNotEdit(Refusal):
    """A member of staff wants to share a draft that they may not edit."""

    code = "may-not-edit"
    is_about_account = True
    http_status = 403

    def __init__(self, title: str) -> None:
        super().__init__(
            _(
                "Your account cannot edit “%(title)s”, so it cannot share its draft. Please ask its author or an "
                "editor to do so."
            )
            % {"title": title}
        )
