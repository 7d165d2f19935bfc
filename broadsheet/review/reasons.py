"""What a reviewer can decide, and for which reasons: each one key at the desk and one sentence to the author."""

from django.db.models import IntegerChoices, TextChoices


class Outcome(TextChoices):
    """What a decision does."""

    APPROVE = "approve", "Approve"
    DECLINE = "decline", "Decline"
    HOLD = "hold", "Hold for the legal desk"
    REMOVE = "remove", "Remove"
    REINSTATE = "reinstate", "Reinstate"


class Reason(IntegerChoices):
    """Why a comment is not shown; the number is its key."""

    OFFENSIVE = 1, "Offensive"
    SLANDER = 2, "Slander"
    FOUL = 3, "Foul language"
    IRRELEVANT = 4, "Irrelevant to the article"
    SPAM = 5, "Advertising or spam"
    PRIVATE = 6, "Somebody's private data"
    REPEATED = 7, "Repeated"
    UNREADABLE = 8, "Unreadable, or in a language we cannot review"
    ILLEGAL = 9, "Illegal"


# Keeping words from being read needs a reason; showing them needs none.
NEEDS_REASON = frozenset({Outcome.DECLINE, Outcome.REMOVE})

SENTENCES: dict[Reason, str] = {
    Reason.OFFENSIVE: "It attacks or demeans people. Our first rule is to keep it polite.",
    Reason.SLANDER: "It claims something of a person that could harm their name and that it does not support.",
    Reason.FOUL: "Its language is foul. The same thought, put politely, is welcome.",
    Reason.IRRELEVANT: "It is not about the article it stands under.",
    Reason.SPAM: "It advertises something, or was sent to many places.",
    Reason.PRIVATE: "It tells somebody's private data, such as an address or a telephone number.",
    Reason.REPEATED: "The same has been said already, by you or in the same words.",
    Reason.UNREADABLE: "We cannot read it, or it is in a language that we cannot review.",
    Reason.ILLEGAL: "It is against the law of a country where readers are.",
}
