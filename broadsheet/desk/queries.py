"""What the desk shows about the progress of a removal."""

from functools import cached_property

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from broadsheet.discussion.states import CommentState
from broadsheet.pagecache.actions import cdn_may_be_stale, lagging_nodes
from broadsheet.pagecache.models import Node, Snapshot
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Outcome

TAKES_OFF = frozenset({Outcome.REMOVE, Outcome.HOLD})


class Removal:
    """The removal of a comment from all machines after a decision, up to the snapshot that includes its purge.

    It is pending until every node that is alive, and the caches in front, have confirmed it (ADR 20). A node that stays
    silent is named instead: nobody knows whether it still answers readers.
    """

    def __init__(self, decision: Decision, snapshot: Snapshot) -> None:
        self.decision, self.snapshot = decision, snapshot

    @property
    def takes_off(self) -> bool:
        """Return whether readers saw the comment before the decision, and must not see it now."""
        return self.decision.outcome in TAKES_OFF and self.decision.previous_state == CommentState.PUBLISHED

    @cached_property
    def lagging(self) -> list[Node]:
        """Return the nodes that have not confirmed the removal."""
        return lagging_nodes(self.snapshot) if self.takes_off else []

    @cached_property
    def is_pending(self) -> bool:
        """Return whether a confirmation is still to come."""
        return self.takes_off and (any(not node.is_silent for node in self.lagging) or cdn_may_be_stale())

    @property
    def sentence(self) -> str:
        """Return the outcome, or that the comment is being removed, and the nodes that stay silent."""
        words = {"number": self.decision.revision.comment.number, "outcome": self.decision.past}
        first = _("Comment %(number)s: being removed.") if self.is_pending else _("Comment %(number)s: %(outcome)s.")
        return " ".join([first % words, *map(_silence, filter(lambda node: node.is_silent, self.lagging))])


def _silence(node: Node) -> str:
    sentence = _(
        "%(name)s has not confirmed it, and was last heard from %(time)s ago: readers whom it serves may still see it."
    )
    return sentence % {"name": node.name, "time": timesince(node.heartbeat_at)}
