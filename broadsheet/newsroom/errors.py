"""What the newsroom refuses, in words for the person who meets it."""

from datetime import timedelta

from broadsheet.core.errors import Refusal


class NoRoomForPhoto(Refusal):
    """The disk is full, so a photograph cannot be kept."""

    code = "no-room"
    http_status = 507

    def __init__(self, title: str) -> None:
        super().__init__(
            f"“{title}” was not stored, because the paper's disk is full. "
            "Ask whoever runs the paper to make room, then send it again."
        )


class NoRoomForSize(Refusal):
    """The disk is full, so a photograph cannot be shown in a size that was not made before."""

    code = "no-room-for-size"
    http_status = 503
    retry_after = timedelta(minutes=10)

    def __init__(self) -> None:
        super().__init__(
            "This photograph cannot be shown in this size just now, because the paper's disk is full. "
            "The fault is ours and stands in our log; please try again in ten minutes."
        )


class NotAnEditor(Refusal):
    """Somebody who is signed in has no right to edit."""

    code = "not-an-editor"
    http_status = 403

    def __init__(self, name: str) -> None:
        super().__init__(
            f"You are signed in as {name}, and this account may not write or edit articles. "
            "Ask an administrator for the role Reporter or Editor, or sign in with another account."
        )
