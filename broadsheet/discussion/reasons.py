"""The nine reasons for which a comment is not shown: each is one key at the desk and one sentence to the author."""

from django.db.models import IntegerChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reason(IntegerChoices):
    """The reason for declining or removing a comment. The number is its key at the desk."""

    OFFENSIVE = 1, _("Offensive")
    SLANDER = 2, _("Slander")
    FOUL = 3, _("Foul language")
    IRRELEVANT = 4, _("Irrelevant to the discussion")
    SPAM = 5, _("Advertising or spam")
    PRIVATE = 6, _("Someone’s private data")
    REPEATED = 7, _("Repeated")
    UNREADABLE = 8, _("Unreadable, or in a language we cannot review")
    ILLEGAL = 9, _("Illegal")


SENTENCES: dict[Reason, Promise] = {
    Reason.OFFENSIVE: _("It attacks or demeans people. Our first rule is to keep it polite."),
    Reason.SLANDER: _("It makes an unsupported claim that could damage someone’s reputation."),
    Reason.FOUL: _("It uses foul language. The same thought, put politely, is welcome."),
    Reason.IRRELEVANT: _("It is not about the article or the discussion beneath it."),
    Reason.SPAM: _("It advertises something, or was posted in many places."),
    Reason.PRIVATE: _("It discloses someone’s personal details, such as an address or a telephone number."),
    Reason.REPEATED: _("It repeats a comment that is already here."),
    Reason.UNREADABLE: _("We cannot read it, or it is in a language that we cannot review."),
    Reason.ILLEGAL: _("It is unlawful in a country where we are read."),
}
