"""The campaign can fail: with any one guard of the column taken out, it does.

Replacing our own code is otherwise not done in these tests; here it is the point.
"""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from broadsheet.commenters.models import Commenter
from broadsheet.discussion import emails, rules, tokens
from broadsheet.discussion.actions import moves, verifying, writing
from broadsheet.discussion.models import Comment, CommentQuerySet
from broadsheet.discussion.states import TRANSITIONS, CommentState, Move
from broadsheet.review import rules as review_rules
from tests.campaigns import is_soak
from tests.soak.column_machine import ColumnMachine
from tests.soak.test_the_column import CALM

ANYWHERE: dict[Move, CommentState] = {move: to for moves in TRANSITIONS.values() for move, to in moves.items()}


def nothing(*_: Any, **__: Any) -> None:
    """A guard that is asleep."""


def leaking(comment: Comment) -> dict[str, Any]:
    """An email that repeats the address it goes to."""
    context = {"comment": comment, "paper": {"name": f"Dear {comment.address}"}, "link": "", "code": ""}
    return {"purpose": "confirmation", "language": "en", "context": context}


def verified_at_once(comment: Comment, commenter: Commenter) -> None:
    """A confirmation that takes everybody for an approved commenter."""
    comment.state, comment.commenter, comment.verified_at = CommentState.PUBLISHED, commenter, comment.written_at
    comment.shown, comment.address, comment.fingerprint = comment.latest, None, None
    comment.save()


# What is taken out: where it is, its name, what stands there instead.
GUARDS: dict[str, tuple[Any, str, Any]] = {
    "the table of moves": (rules, "check_move", lambda comment, move: ANYWHERE[move]),
    "review before publication": (verifying, "_verify", verified_at_once),
    "only published comments have a permalink": (CommentQuerySet, "once_published", lambda self: self.all()),
    "the decision is about the text that was read": (rules, "check_is_current", nothing),
    "only a chief reviewer reverses": (review_rules, "check_can_decide", nothing),
    "only a published comment can be replied to": (rules, "check_parent_found", nothing),
    "closed is closed": (rules, "check_open_for_comments", nothing),
    "what has expired is not confirmed": (rules, "check_can_verify", nothing),
    "the same confirmed again is the same": (CommentQuerySet, "repeated_by", lambda self, *_: self.none()),
    "five tries at the code": (rules, "check_code_attempts", nothing),
    "the code must be right": (tokens, "code_matches", lambda comment, code: True),
    "the same again is the same": (writing, "_fingerprint", lambda *_, **__: uuid4().hex),
    "the address goes when it has served": (moves, "DECIDED", frozenset()),
    "emails repeat no address": (emails, "confirmation_email", leaking),
}
TRIED = list(GUARDS) if is_soak() else list(GUARDS)[:2]


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.django_db
@pytest.mark.parametrize("guard", TRIED)
def test_the_campaign_fails_without(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead = GUARDS[guard]
    monkeypatch.setattr(where, name, instead)
    hasty = settings(CALM, max_examples=400, phases=[Phase.generate], database=None, print_blob=False)
    with pytest.raises(Exception):  # noqa: B017, PT011 - an assertion of the machine, or the database's own constraint
        run_state_machine_as_test(ColumnMachine, settings=hasty)
