"""The table of moves against what the actions do, over every state and every move."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from broadsheet.discussion import actions
from broadsheet.discussion.errors import InvalidTransition, LinkExpired
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import DECIDED, TRANSITIONS, WAITING, CommentState, Move, ReviewState
from broadsheet.newsroom.models import ArticlePage
from tests.databases import kept_for_a_module
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db


def review(move: Move) -> Callable[[Comment], object]:
    """A reviewer's move of a comment with the text that readers see, or would see."""
    return lambda comment: actions.apply_review(discussion.latest(comment), review=ReviewState.HELD, move=move)


ACTIONS: dict[Move, Callable[[Comment], object]] = {
    Move.EXPIRE: actions.expire_comment,
    Move.WITHDRAW: actions.withdraw_comment,
    **{move: review(move) for move in (Move.PUBLISH, Move.DECLINE, Move.HOLD, Move.REMOVE, Move.REINSTATE)},
}
REACHABLE = [state for state in CommentState if state != CommentState.ERASED]


@pytest.fixture(scope="module")
def article(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ArticlePage]:
    """The article under which all the comments stand."""
    with kept_for_a_module(django_db_blocker, newsroom.article) as made:
        yield made


@pytest.mark.parametrize("state", REACHABLE)
@pytest.mark.parametrize("move", list(ACTIONS))
def test_an_action_makes_exactly_the_moves_of_the_table(state: CommentState, move: Move, article: ArticlePage) -> None:
    comment = discussion.in_state(state, article)
    target = TRANSITIONS[state].get(move)
    if target is None:
        with pytest.raises(InvalidTransition):
            ACTIONS[move](comment)
        assert discussion.fresh(comment).state == state
    else:
        ACTIONS[move](comment)
        assert discussion.fresh(comment).state == target


@pytest.mark.parametrize("state", REACHABLE)
def test_confirming_moves_only_what_waits_for_it(state: CommentState, article: ArticlePage) -> None:
    comment = discussion.in_state(state, article)
    if state in {CommentState.EXPIRED, CommentState.WITHDRAWN}:
        with pytest.raises(LinkExpired):
            actions.verify_comment(comment)
    else:
        expected = CommentState.PENDING if state == CommentState.UNVERIFIED else state
        assert actions.verify_comment(comment).state == expected


def test_the_table_names_every_state_and_no_move_leads_nowhere() -> None:
    assert set(TRANSITIONS) == set(CommentState)
    assert {target for moves in TRANSITIONS.values() for target in moves.values()} <= set(CommentState)


def test_every_state_but_the_first_can_be_reached() -> None:
    reached = {CommentState.UNVERIFIED}
    for _ in CommentState:
        reached |= {target for state in reached for target in TRANSITIONS[state].values()}
    assert reached == set(CommentState)


def test_every_state_either_waits_or_is_decided() -> None:
    assert set(CommentState) == WAITING | DECIDED
    assert not WAITING & DECIDED


def test_only_deciding_moves_lead_to_publication() -> None:
    leading = {
        (state, move)
        for state, moves in TRANSITIONS.items()
        for move, to in moves.items()
        if to == CommentState.PUBLISHED
    }
    assert {move for _, move in leading} == {Move.PUBLISH, Move.REINSTATE}
    assert CommentState.UNVERIFIED not in {state for state, _ in leading}


@pytest.mark.parametrize("state", REACHABLE)
def test_the_address_is_kept_only_while_it_has_yet_to_serve(state: CommentState, article: ArticlePage) -> None:
    kept = discussion.fresh(discussion.in_state(state, article)).address
    assert (kept is not None) == (state == CommentState.UNVERIFIED)


@pytest.mark.parametrize("state", REACHABLE)
def test_an_address_kept_for_an_email_goes_with_the_decision(state: CommentState, article: ArticlePage) -> None:
    kept = discussion.fresh(discussion.in_state(state, article, wants_email=True)).address
    assert (kept is not None) == (state in WAITING)
