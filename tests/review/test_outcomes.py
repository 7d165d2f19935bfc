"""The table of outcomes against its effects: on the comment, the revision, the record and the author's email."""

import pytest
from django.core import mail
from django.test import Client

from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.discussion import actions as discussion_actions
from broadsheet.discussion.errors import InvalidTransition, TextChanged
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import TRANSITIONS, CommentState, Move, ReviewState
from broadsheet.review import actions, rules
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import EFFECTS, NEEDS_REASON, NO_GROUNDS, Grounds, Outcome
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db

GROUNDS = Grounds(Reason.FOUL, explanation="Say it politely.")
REACHABLE = [state for state in CommentState if state != CommentState.ERASED]


def decide(revision: Revision, outcome: Outcome) -> None:
    actions.decide(revision, outcome, by=discussion.chief(), grounds=GROUNDS if outcome in NEEDS_REASON else NO_GROUNDS)


def edited(comment: Comment, text: str = "The edited text.") -> Revision:
    """A published comment's edit, which awaits its review."""
    edit = Revision.objects.create(comment=comment, number=2, name="Ida Holm", text=text)
    Comment.objects.filter(pk=comment.pk).update(latest=edit)
    return edit


def published_unreviewed(article: object = None) -> Comment:
    comment = discussion.submitted(article)  # type: ignore[arg-type]
    commenter = Commenter.objects.get_or_create_for(str(comment.address))
    Commenter.objects.filter(pk=commenter.pk).update(standing=Standing.APPROVED)
    return discussion_actions.verify_comment(comment)


def test_the_table_is_complete_and_no_key_is_used_twice() -> None:
    assert set(EFFECTS) == set(Outcome)
    assert len({effect.key for effect in EFFECTS.values()}) == len(Outcome)
    assert {effect.review for effect in EFFECTS.values()} == set(ReviewState) - {ReviewState.UNREVIEWED}


@pytest.mark.parametrize("state", REACHABLE)
@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_moves_the_comment_and_the_revision_as_the_tables_say(state: CommentState, outcome: Outcome) -> None:
    comment = discussion.in_state(state)
    revision, effect = discussion.latest(comment), EFFECTS[outcome]
    assert effect.move
    target = TRANSITIONS[state].get(effect.move)
    offered = outcome in rules.outcomes_for(discussion.fresh(comment), revision, by=discussion.chief())
    assert offered is (target is not None)
    before = (state, revision.review)
    if target is None:
        with pytest.raises(InvalidTransition):
            decide(revision, outcome)
        assert (discussion.fresh(comment).state, discussion.latest(comment).review) == before
    else:
        decide(revision, outcome)
        assert (discussion.fresh(comment).state, discussion.latest(comment).review) == (target, effect.review)


def test_the_record_keeps_the_state_before_the_decision() -> None:
    comment = discussion.published()
    shown = discussion.latest(comment)
    decide(shown, Outcome.REMOVE)
    decision = Decision.objects.about(comment).first()
    assert decision
    assert (decision.previous_state, decision.previous_review) == (CommentState.PUBLISHED, ReviewState.APPROVED)
    assert decision.previous_shown == shown


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [(Outcome.APPROVE, "The edited text."), (Outcome.DECLINE, "As it was."), (Outcome.HOLD, "As it was.")],
)
def test_a_decision_about_an_edit_leaves_the_comment_published(outcome: Outcome, shown: str) -> None:
    comment = discussion.published(text="As it was.")
    edit = edited(comment)
    decide(edit, outcome)
    comment = discussion.fresh(comment)
    assert comment.state == CommentState.PUBLISHED
    assert comment.shown
    assert comment.shown.text == shown
    edit.refresh_from_db()
    assert edit.review == EFFECTS[outcome].review
    page = Client().get(f"/{comment.thread.address}/").content.decode()
    assert shown in page


@pytest.mark.parametrize("outcome", [Outcome.REMOVE, Outcome.REINSTATE])
def test_an_edit_can_neither_be_removed_nor_reinstated(outcome: Outcome) -> None:
    comment = discussion.published()
    edit = edited(comment)
    if outcome == Outcome.REMOVE:
        decide(edit, outcome)  # the whole comment goes, with the edit that nobody has read
        assert discussion.fresh(comment).state == CommentState.REMOVED
    else:
        with pytest.raises(InvalidTransition):
            decide(edit, outcome)


def test_a_published_comment_can_be_removed_by_the_text_that_readers_see_although_an_edit_waits() -> None:
    comment = discussion.published()
    shown = discussion.latest(comment)
    edit = edited(comment)
    decide(shown, Outcome.REMOVE)
    assert discussion.fresh(comment).state == CommentState.REMOVED
    with pytest.raises(TextChanged):
        decide(shown, Outcome.REINSTATE)  # the text to be decided about is now the edit
    decide(edit, Outcome.REINSTATE)
    assert discussion.fresh(comment).shown == edit


def test_a_comment_published_unreviewed_can_be_read_afterwards_and_stays_where_it_is() -> None:
    comment = published_unreviewed()
    assert discussion.latest(comment).review == ReviewState.UNREVIEWED
    published_at = discussion.fresh(comment).published_at
    decide(discussion.latest(comment), Outcome.APPROVE)
    comment = discussion.fresh(comment)
    assert (comment.state, comment.published_at) == (CommentState.PUBLISHED, published_at)
    assert discussion.latest(comment).review == ReviewState.APPROVED
    with pytest.raises(InvalidTransition):
        decide(discussion.latest(comment), Outcome.APPROVE)


def test_a_published_comment_that_is_held_disappears_at_once_and_comes_back_when_it_is_approved() -> None:
    article = newsroom.article()
    comment = discussion.published(article, text="To be looked at by a lawyer.")
    reply = discussion.published(article, parent=comment, text="A reply that stays.")
    decide(discussion.latest(comment), Outcome.HOLD)
    page = Client().get(f"/{article.address}/").content.decode()
    assert "To be looked at by a lawyer." not in page
    assert "Under review" in page
    assert "A reply that stays." in page
    stub = Client().get(comment.get_absolute_url())  # the page has a stub, because of the reply
    assert stub.headers["Location"] == f"/{article.address}/#comment-{comment.pk}"
    decide(discussion.latest(comment), Outcome.APPROVE)
    assert "To be looked at by a lawyer." in Client().get(f"/{article.address}/").content.decode()
    assert discussion.fresh(reply).state == CommentState.PUBLISHED


def test_an_outcome_without_a_move_changes_the_revision_alone() -> None:
    comment = discussion.pending()
    reviewed = discussion_actions.apply_review(discussion.latest(comment), review=ReviewState.HELD, move=None)
    assert (reviewed.comment.state, discussion.latest(comment).review) == (CommentState.PENDING, ReviewState.HELD)
    assert (reviewed.previous_state, reviewed.previous_review) == (CommentState.PENDING, ReviewState.UNREVIEWED)


@pytest.mark.parametrize("outcome", [Outcome.APPROVE, Outcome.DECLINE])
def test_the_email_tells_the_outcome_the_reason_the_rules_and_the_explanation(
    outcome: Outcome, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        comment = discussion.pending(wants_email=True, address="ida@post.example")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        decide(discussion.latest(comment), outcome)
    [email] = mail.outbox
    body, digits = str(email.body), comment.number.replace("\u00a0", " ")
    assert email.to == ["ida@post.example"]
    assert f"a decision on your comment ({digits})" in email.subject
    assert "/receipts/" in body
    assert ("has been published" in body) is (outcome == Outcome.APPROVE)
    told = ["has not been published", "Foul language", "It uses foul language.", "Say it politely.", "version 2026-01"]
    assert [words in body for words in told] == [outcome == Outcome.DECLINE] * len(told)
    assert discussion.fresh(comment).address is None


def test_nobody_is_emailed_who_has_not_asked_for_it_or_has_been_told_already(
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        silent, told = discussion.pending(), discussion.pending(wants_email=True)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        decide(discussion.latest(silent), Outcome.DECLINE)
        decide(discussion.latest(told), Outcome.HOLD)
    assert not mail.outbox
    assert discussion.fresh(told).address  # it is still needed
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        decide(discussion.latest(told), Outcome.APPROVE)
        decide(discussion.latest(told), Outcome.REMOVE)
    assert len(mail.outbox) == 1


def test_a_decision_that_fails_leaves_neither_record_nor_email_and_keeps_the_address(
    django_capture_on_commit_callbacks: object,
) -> None:
    comment = discussion.pending(wants_email=True)
    mail.outbox.clear()
    latest = discussion.latest(comment)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(InvalidTransition):  # type: ignore[operator]
        decide(latest, Outcome.REMOVE)
    assert not mail.outbox
    assert Decision.objects.about(comment).first() is None
    assert discussion.fresh(comment).address


def test_every_reviewers_move_has_an_outcome() -> None:
    of_reviewers = {Move.PUBLISH, Move.DECLINE, Move.HOLD, Move.REMOVE, Move.REINSTATE}
    assert {effect.move for effect in EFFECTS.values()} == of_reviewers
