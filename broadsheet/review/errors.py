"""The refusals that a reviewer can meet."""

from broadsheet.core.errors import Refusal


class MayNotDecide(Refusal):
    """The account lacks the permission for this outcome."""

    code = "may-not-decide"
    http_status = 403


class ReasonNeeded(Refusal):
    """The outcome requires a reason that is missing, or takes none."""

    code = "reason-needed"
    http_status = 400


class RecordIsFinal(Refusal):
    """A decision is never altered or deleted, only followed by another."""

    code = "record-is-final"
    http_status = 409
