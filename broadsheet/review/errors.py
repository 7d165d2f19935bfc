"""What a reviewer can be refused, in words."""

from broadsheet.core.errors import Refusal


class MayNotDecide(Refusal):
    """This person has no right to decide on comments."""

    code = "may-not-decide"
    http_status = 403


class ReasonNeeded(Refusal):
    """Words are kept from being read without a reason, or shown with one."""

    code = "reason-needed"
    http_status = 400


class RecordIsFinal(Refusal):
    """A decision is never altered or deleted, only followed by another."""

    code = "record-is-final"
    http_status = 409
