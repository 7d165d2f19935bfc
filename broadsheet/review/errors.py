"""The refusals that a reviewer can meet."""

from collections.abc import Sequence

from broadsheet.accounts.models import User
from broadsheet.core.errors import Refusal


class HasDecided(Refusal):
    """An account whose decisions are on record cannot be deleted; `users` are all those of the request."""

    code = "has-decided"
    http_status = 409

    def __init__(self, message: str, *, users: Sequence[User]) -> None:
        super().__init__(message)
        self.users = users


class MayNotDecide(Refusal):
    """The account lacks the permission for this outcome."""

    code = "may-not-decide"
    is_about_account = True
    http_status = 403


class ReasonNeeded(Refusal):
    """The outcome requires a reason that is missing, or takes none."""

    code = "reason-needed"
    http_status = 400


class RecordIsFinal(Refusal):
    """A decision is never altered or deleted, only followed by another."""

    code = "record-is-final"
    http_status = 409
