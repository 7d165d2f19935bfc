"""Decisions: who may make them, what they must say, and that the record stays."""

import pytest
from django.db import DatabaseError, connection, transaction

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.discussion.errors import InvalidTransition, TextChanged
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.reasons import SENTENCES, Reason
from broadsheet.discussion.states import CommentState
from broadsheet.review import actions
from broadsheet.review.errors import MayNotDecide, ReasonNeeded, RecordIsFinal
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import NEEDS_REASON, NO_GROUNDS, Grounds, Outcome
from tests.factories import accounts, discussion

pytestmark = pytest.mark.django_db

GROUNDS = Grounds(Reason.OFFENSIVE)
MAY: dict[Role, set[Outcome]] = {
    Role.REPORTER: set(),
    Role.EDITOR: set(),
    Role.REVIEWER: set(Outcome) - {Outcome.REINSTATE},
    Role.CHIEF_REVIEWER: set(Outcome),
}
READY = {
    Outcome.APPROVE: CommentState.PENDING,
    Outcome.DECLINE: CommentState.PENDING,
    Outcome.HOLD: CommentState.PENDING,
    Outcome.REMOVE: CommentState.PUBLISHED,
    Outcome.REINSTATE: CommentState.DECLINED,
}
LEADS_TO = {
    Outcome.APPROVE: CommentState.PUBLISHED,
    Outcome.DECLINE: CommentState.DECLINED,
    Outcome.HOLD: CommentState.HELD,
    Outcome.REMOVE: CommentState.REMOVED,
    Outcome.REINSTATE: CommentState.PUBLISHED,
}


def decide(outcome: Outcome, revision: Revision, *, by: User) -> Decision:
    return actions.decide(revision, outcome, by=by, grounds=GROUNDS if outcome in NEEDS_REASON else NO_GROUNDS)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("outcome", list(Outcome))
def test_each_role_makes_just_the_decisions_that_are_its_own(role: Role, outcome: Outcome) -> None:
    comment = discussion.in_state(READY[outcome])
    before = Decision.objects.about(comment).count()
    if outcome in MAY[role]:
        decide(outcome, discussion.latest(comment), by=accounts.staff(role))
        assert discussion.fresh(comment).state == LEADS_TO[outcome]
        assert Decision.objects.about(comment).count() == before + 1
    else:
        with pytest.raises(MayNotDecide):
            decide(outcome, discussion.latest(comment), by=accounts.staff(role))
        assert discussion.fresh(comment).state == READY[outcome]
        assert Decision.objects.about(comment).count() == before


def test_a_decline_needs_one_of_the_nine_reasons_and_an_approval_takes_none() -> None:
    revision, by = discussion.latest(discussion.pending()), discussion.chief()
    with pytest.raises(ReasonNeeded):
        actions.decide(revision, Outcome.DECLINE, by=by)
    assert not Decision.objects.exists()
    for outcome, reason in [(Outcome.DECLINE, None), (Outcome.APPROVE, 1), (Outcome.REMOVE, 10)]:
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.bulk_create([Decision(revision=revision, outcome=outcome, reason=reason, by=by)])


@pytest.mark.parametrize("law", ["", " \n"])
def test_illegal_content_needs_the_law(law: str) -> None:
    revision, by = discussion.latest(discussion.pending()), discussion.chief()
    with pytest.raises(ReasonNeeded, match="name the law"):
        actions.decide(revision, Outcome.DECLINE, by=by, grounds=Grounds(Reason.ILLEGAL, law=law))
    assert not Decision.objects.exists()


def test_every_reason_has_a_sentence_for_the_author() -> None:
    assert set(SENTENCES) == set(Reason)
    assert [reason.value for reason in Reason] == list(range(1, 10))
    assert len(set(SENTENCES.values())) == 9


def test_of_two_reviewers_at_the_same_moment_the_second_is_told() -> None:
    comment = discussion.pending()
    first_read, second_read = discussion.latest(comment), discussion.latest(comment)
    actions.decide(first_read, Outcome.APPROVE, by=discussion.chief())
    with pytest.raises(InvalidTransition):
        actions.decide(second_read, Outcome.DECLINE, by=discussion.chief(), grounds=Grounds(Reason.FOUL))
    assert discussion.fresh(comment).state == CommentState.PUBLISHED
    assert Decision.objects.about(comment).count() == 1


def test_a_refused_move_leaves_no_record() -> None:
    comment = discussion.pending()
    read = discussion.latest(comment)
    newer = Revision.objects.create(comment=comment, number=2, name="Ida", text="Now with an insult.")
    Comment.objects.filter(pk=comment.pk).update(latest=newer)
    with pytest.raises(TextChanged):
        actions.decide(read, Outcome.APPROVE, by=discussion.chief())
    assert not Decision.objects.exists()


def test_a_record_cannot_be_altered_or_deleted_by_the_program() -> None:
    actions.decide(discussion.latest(discussion.pending()), Outcome.APPROVE, by=discussion.chief())
    decision = Decision.objects.get()
    for attempt in (
        decision.save,
        decision.delete,
        Decision.objects.all().delete,
        lambda: Decision.objects.update(law=""),
    ):
        with pytest.raises(RecordIsFinal):
            attempt()


@pytest.mark.parametrize("statement", ["UPDATE review_decision SET outcome = 'decline'", "DELETE FROM review_decision"])
def test_a_record_cannot_be_altered_or_deleted_behind_its_back(statement: str) -> None:
    actions.decide(discussion.latest(discussion.pending()), Outcome.APPROVE, by=discussion.chief())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Decision.objects.get().outcome == Outcome.APPROVE


def test_a_decision_by_nobody_needs_a_note_that_says_whose_it_was() -> None:
    revision = discussion.latest(discussion.pending())
    adopted = Decision(revision=revision, outcome=Outcome.APPROVE, private_note="Approved in WordPress.")
    actions.import_decisions([adopted])
    with pytest.raises(DatabaseError), transaction.atomic():
        actions.import_decisions([Decision(revision=revision, outcome=Outcome.APPROVE)])
