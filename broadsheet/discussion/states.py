"""A comment's life as plain data: its states and the legal moves. The diagram in the docs is made from this."""

from django.db.models import TextChoices


class CommentState(TextChoices):
    """Where a comment is. Exactly the PUBLISHED ones are shown to others."""

    UNVERIFIED = "unverified", "Unverified"
    EXPIRED = "expired", "Expired"
    PENDING = "pending", "Waiting for review"
    HELD = "held", "Held for the legal desk"
    PUBLISHED = "published", "Published"
    DECLINED = "declined", "Declined"
    REMOVED = "removed", "Removed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ERASED = "erased", "Erased"


class Move(TextChoices):
    """What can happen to a comment."""

    VERIFY = "verify", "address confirmed"
    EXPIRE = "expire", "not confirmed within 24 h"
    PUBLISH = "publish", "approved"
    DECLINE = "decline", "declined with a reason"
    HOLD = "hold", "held"
    REMOVE = "remove", "removed with a reason"
    REINSTATE = "reinstate", "reversed by a later decision"
    WITHDRAW = "withdraw", "withdrawn by its author"
    ERASE = "erase", "personal data erased"


_S, _M = CommentState, Move

TRANSITIONS: dict[CommentState, dict[Move, CommentState]] = {
    _S.UNVERIFIED: {_M.VERIFY: _S.PENDING, _M.EXPIRE: _S.EXPIRED, _M.WITHDRAW: _S.WITHDRAWN},
    _S.EXPIRED: {},
    _S.PENDING: {
        _M.PUBLISH: _S.PUBLISHED,
        _M.DECLINE: _S.DECLINED,
        _M.HOLD: _S.HELD,
        _M.WITHDRAW: _S.WITHDRAWN,
        _M.ERASE: _S.ERASED,
    },
    _S.HELD: {_M.PUBLISH: _S.PUBLISHED, _M.DECLINE: _S.DECLINED, _M.WITHDRAW: _S.WITHDRAWN, _M.ERASE: _S.ERASED},
    _S.PUBLISHED: {_M.REMOVE: _S.REMOVED, _M.WITHDRAW: _S.WITHDRAWN, _M.ERASE: _S.ERASED},
    _S.DECLINED: {_M.REINSTATE: _S.PUBLISHED, _M.WITHDRAW: _S.WITHDRAWN, _M.ERASE: _S.ERASED},
    _S.REMOVED: {_M.REINSTATE: _S.PUBLISHED, _M.WITHDRAW: _S.WITHDRAWN, _M.ERASE: _S.ERASED},
    _S.WITHDRAWN: {_M.ERASE: _S.ERASED},
    _S.ERASED: {},
}

# A comment in one of these still waits for somebody: an equal one sent again is the same one.
WAITING = frozenset({_S.UNVERIFIED, _S.PENDING, _S.HELD})
# From one of these a comment leaves a mark in the column: its words, or the place that its answers keep.
STANDING = frozenset({_S.PUBLISHED, _S.REMOVED, _S.WITHDRAWN})
# In one of these nothing more will be told to its author: an address that was kept has served.
DECIDED = frozenset({_S.EXPIRED, _S.PUBLISHED, _S.DECLINED, _S.REMOVED, _S.WITHDRAWN, _S.ERASED})
