"""A comment's life as plain data: its states and the legal moves. The diagram in the documentation is drawn from it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CommentState(TextChoices):
    """The place of a comment in its life. Readers see the PUBLISHED comments and no others."""

    UNVERIFIED = "unverified", _("Unverified")
    EXPIRED = "expired", _("Expired")
    PENDING = "pending", _("Awaiting review")
    HELD = "held", _("Held for the legal desk")
    PUBLISHED = "published", _("Published")
    DECLINED = "declined", _("Declined")
    REMOVED = "removed", _("Removed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ERASED = "erased", _("Erased")


class Move(TextChoices):
    """A change from one state of a comment to another."""

    VERIFY = "verify", _("address confirmed")
    EXPIRE = "expire", _("not confirmed within 24 hours")
    DISOWN = "disown", _("disowned by the owner of the address")
    PUBLISH = "publish", _("approved")
    DECLINE = "decline", _("declined, with a reason")
    HOLD = "hold", _("held")
    REMOVE = "remove", _("removed, with a reason")
    REINSTATE = "reinstate", _("reversed by a later decision")
    WITHDRAW = "withdraw", _("withdrawn by its author")
    ERASE = "erase", _("personal data erased")


class ReviewState(TextChoices):
    """The result of the latest review of a revision; a comment published unreviewed has an UNREVIEWED revision."""

    UNREVIEWED = "unreviewed", _("Not reviewed")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    HELD = "held", _("Held for the legal desk")
    REMOVED = "removed", _("Removed")


_S, _M = CommentState, Move

TRANSITIONS: dict[CommentState, dict[Move, CommentState]] = {
    _S.UNVERIFIED: {
        _M.VERIFY: _S.PENDING,
        _M.EXPIRE: _S.EXPIRED,
        _M.DISOWN: _S.EXPIRED,
        _M.WITHDRAW: _S.WITHDRAWN,
    },
    _S.EXPIRED: {},
    _S.PENDING: {
        _M.PUBLISH: _S.PUBLISHED,
        _M.DECLINE: _S.DECLINED,
        _M.HOLD: _S.HELD,
        _M.WITHDRAW: _S.WITHDRAWN,
        _M.ERASE: _S.ERASED,
    },
    _S.HELD: {
        _M.PUBLISH: _S.PUBLISHED,
        _M.DECLINE: _S.DECLINED,
        _M.WITHDRAW: _S.WITHDRAWN,
        _M.ERASE: _S.ERASED,
    },
    _S.PUBLISHED: {
        _M.HOLD: _S.HELD,
        _M.REMOVE: _S.REMOVED,
        _M.WITHDRAW: _S.WITHDRAWN,
        _M.ERASE: _S.ERASED,
    },
    _S.DECLINED: {_M.REINSTATE: _S.PUBLISHED, _M.WITHDRAW: _S.WITHDRAWN, _M.ERASE: _S.ERASED},
    _S.REMOVED: {_M.REINSTATE: _S.PUBLISHED, _M.WITHDRAW: _S.WITHDRAWN, _M.ERASE: _S.ERASED},
    _S.WITHDRAWN: {_M.ERASE: _S.ERASED},
    _S.ERASED: {},
}

# These moves of a reviewer leave a PUBLISHED comment where it is, because they concern another revision than the one
# readers see: its edit is published in place of the old text, declined or held.
EDIT_MOVES = frozenset({_M.PUBLISH, _M.DECLINE, _M.HOLD})

# A comment in these states awaits its confirmation or a decision, for which an address may be kept.
WAITING = frozenset({_S.UNVERIFIED, _S.PENDING, _S.HELD})
# A comment in these states appears in its column: with its text, or as a stub that keeps the place of its replies.
# A HELD or DECLINED comment has replies only if it was published before.
VISIBLE_STATES = frozenset({_S.PUBLISHED, _S.HELD, _S.DECLINED, _S.REMOVED, _S.WITHDRAWN, _S.ERASED})
# A comment in these states is nobody's any more: its author may write the same again.
TAKEN_BACK = frozenset({_S.EXPIRED, _S.WITHDRAWN, _S.ERASED})
# A comment in these states has no more news for its author, so that an address that was kept is deleted.
DECIDED = frozenset({_S.EXPIRED, _S.PUBLISHED, _S.DECLINED, _S.REMOVED, _S.WITHDRAWN, _S.ERASED})
