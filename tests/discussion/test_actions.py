"""What submitting, confirming and expiring do, also twice, late and in the wrong order."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail, signing
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from broadsheet.commenters.models import Commenter, address_digest
from broadsheet.commenters.states import Standing
from broadsheet.core.constraints import violates
from broadsheet.discussion import actions, tokens
from broadsheet.discussion.errors import (
    CannotReply,
    CommentsClosed,
    LinkExpired,
    TextChanged,
    WrongCode,
)
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import TAKEN_BACK, CommentState, Move, ReviewState
from broadsheet.newsroom.states import CommentPolicy
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db


def code_in_email() -> str:
    found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert found
    return found.group()


def by_code(comment: Comment, code: str) -> Comment:
    return actions.verify_by_code(comment, code=code, network="203.0.113.0/24", mailbox="of Ida")


@pytest.mark.parametrize("corrected", [{"website": "https://right.example"}, {"wants_email": True}])
def test_a_comment_that_is_sent_again_corrected_is_another(corrected: dict[str, Any]) -> None:
    article = newsroom.article()
    sent: dict[str, Any] = {"text": "I was there.", "website": "https://wrong.example", "address": "ida@post.example"}
    first = discussion.submitted(article, **sent)
    assert discussion.submitted(article, **{**sent, **corrected}) != first
    assert discussion.submitted(article, **sent) == first


def test_the_same_comment_sent_again_is_one_comment_and_one_email(django_capture_on_commit_callbacks: object) -> None:
    article = newsroom.article()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        first = discussion.submitted(article, text="Once.", address="ida@post.example")
        second = discussion.submitted(article, text="Once.", address=" Ida@Post.example ")
    assert first.pk == second.pk
    assert Comment.objects.count() == Revision.objects.count() == len(mail.outbox) == 1


def test_a_repeat_that_the_database_refuses_is_the_first_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    article = newsroom.article()
    first = discussion.submitted(article, text="Once.", address="ida@post.example")
    # At the same moment as the first, the second does not find it.
    monkeypatch.setattr("broadsheet.discussion.actions.writing._unconfirmed_twin", lambda _: None)
    assert discussion.submitted(article, text="Once.", address="ida@post.example").pk == first.pk


def test_any_other_constraint_that_is_violated_is_no_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    other = discussion.pending().commenter
    assert other

    def store_twice(**_: object) -> None:
        Commenter.objects.create(digest=other.digest)

    monkeypatch.setattr("broadsheet.discussion.actions.writing.mail.send_template", store_twice)
    with pytest.raises(IntegrityError):
        discussion.submitted(text="Never stored.")
    assert not Revision.objects.filter(text="Never stored.").exists()


@pytest.mark.parametrize("state", [s for s in CommentState if s not in {*TAKEN_BACK, CommentState.UNVERIFIED}])
def test_the_same_words_sent_and_confirmed_again_are_the_same_comment_for_a_day(state: CommentState) -> None:
    article = newsroom.article()
    first = discussion.in_state(state, article, text="Hear, hear.", address="ida@post.example")
    again = discussion.submitted(article, text="Hear, hear.", address="Ida@post.example")
    assert again.pk != first.pk  # whoever knows words and address learns nothing about the first
    assert actions.verify_comment(again) == first
    assert actions.verify_comment(again) == first
    assert (discussion.fresh(first).state, discussion.fresh(again).state) == (state, CommentState.UNVERIFIED)


def test_the_same_words_are_a_new_comment_after_a_day_after_a_withdrawal_and_from_another_person() -> None:
    article = newsroom.article()
    sent: dict[str, Any] = {"text": "Hear, hear.", "address": "ida@post.example"}
    first = actions.withdraw_comment(discussion.pending(article, **sent))
    second = discussion.pending(article, **sent)
    Comment.objects.filter(pk=second.pk).update(written_at=timezone.now() - timedelta(hours=25))
    third = discussion.pending(article, **sent)
    other = discussion.pending(article, text="Hear, hear.", address="bo@post.example")
    assert len({first.pk, second.pk, third.pk, other.pk}) == 4
    assert third.state == other.state == CommentState.PENDING


def test_a_key_tells_two_submissions_of_the_same_words_apart() -> None:
    article = newsroom.article()
    sent: dict[str, Any] = {"text": "Hear, hear.", "address": "ida@post.example"}
    first, again = (discussion.submitted(article, key="a" * 32, **sent) for _ in range(2))
    assert first == again
    assert len({first.pk, *(discussion.submitted(article, key=key, **sent).pk for key in ("", "b" * 32))}) == 3


def test_a_repetition_of_what_can_no_longer_be_confirmed_is_a_new_comment() -> None:
    article = newsroom.article()
    sent: dict[str, Any] = {"text": "Hear, hear.", "address": "ida@post.example"}
    first = discussion.submitted(article, **sent)
    Comment.objects.update(written_at=timezone.now() - timedelta(hours=24, seconds=1))
    second = discussion.submitted(article, **sent)
    assert second != first
    with pytest.raises(LinkExpired):
        actions.verify_comment(first)


def test_one_person_is_one_commenter_however_the_address_is_written() -> None:
    discussion.pending(address="Ida@post.example")
    discussion.pending(address="ida@POST.example")
    assert Commenter.objects.count() == 1


def test_a_commenter_is_known_from_the_proof_of_the_address_on() -> None:
    comment = discussion.submitted()
    assert (comment.commenter, Commenter.objects.count()) == (None, 0)
    assert actions.verify_comment(comment).commenter == Commenter.objects.get()
    other = discussion.submitted()
    with pytest.raises(IntegrityError, match="comment_has_a_commenter_once_verified"), transaction.atomic():
        Comment.objects.filter(pk=other.pk).update(verified_at=timezone.now())


def test_nobody_is_locked_out_by_comments_under_their_address() -> None:
    comments = [discussion.submitted(address="victim@post.example") for _ in range(12)]
    assert {actions.verify_comment(comment).state for comment in comments} == {CommentState.PENDING}


def test_a_closed_article_takes_no_comment() -> None:
    with pytest.raises(CommentsClosed):
        discussion.submitted(newsroom.article(comment_policy=CommentPolicy.CLOSED))


def test_an_article_that_closes_after_some_days_takes_none_after_them() -> None:
    lately, long_ago = timezone.now() - timedelta(days=1), timezone.now() - timedelta(days=15)
    discussion.submitted(newsroom.article(comment_policy=CommentPolicy.DAYS, comment_days=14, published_at=lately))
    with pytest.raises(CommentsClosed):
        discussion.submitted(
            newsroom.article(comment_policy=CommentPolicy.DAYS, comment_days=14, published_at=long_ago)
        )


@pytest.mark.parametrize("state", [s for s in CommentState if s not in {CommentState.PUBLISHED, CommentState.ERASED}])
def test_only_a_published_comment_can_be_replied_to(state: CommentState) -> None:
    article = newsroom.article()
    parent = discussion.in_state(state, article)
    with pytest.raises(CannotReply):
        discussion.submitted(article, parent=parent)


def test_a_comment_under_another_article_cannot_be_replied_to_here() -> None:
    parent = discussion.published()
    with pytest.raises(CannotReply):
        discussion.submitted(newsroom.article(), parent=parent)


def test_a_reply_belongs_to_the_thread_and_the_branch_of_the_comment_it_replies_to() -> None:
    root = discussion.published()
    reply = discussion.published(root.article, parent=root)
    deeper = discussion.published(root.article, parent=reply)
    assert root.root == reply.root == deeper.root == root
    assert root.thread == reply.thread == deeper.thread == discussion.thread(root.article)


def test_an_approved_commenter_is_published_at_once_and_nobody_else_is() -> None:
    for standing in Standing:
        address = f"{standing}@post.example"
        known, comment = discussion.pending(address=address), discussion.submitted(address=address)
        assert known.commenter_id
        Commenter.objects.filter(pk=known.commenter_id).update(standing=standing)
        actions.verify_comment(comment)
        expected = CommentState.PUBLISHED if standing == Standing.APPROVED else CommentState.PENDING
        assert discussion.fresh(comment).state == expected


def test_the_six_digits_confirm(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        comment = discussion.submitted()
    assert by_code(comment, code_in_email()).state == CommentState.PENDING
    assert by_code(comment, code_in_email()).state == CommentState.PENDING


def test_five_wrong_codes_spoil_the_right_one_but_not_the_link(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        comment = discussion.submitted()
    right = code_in_email()
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(WrongCode):
            by_code(comment, wrong)
    with pytest.raises(WrongCode, match="no longer valid"):
        by_code(comment, right)
    found = tokens.address_proof(discussion.confirmation_token(comment))
    assert actions.verify_comment(found.comment).state == CommentState.PENDING


def test_a_decision_about_a_text_that_has_changed_is_refused() -> None:
    comment = discussion.pending()
    read = discussion.latest(comment)
    newer = Revision.objects.create(comment=comment, number=2, name="Ida", text="Something else.")
    Comment.objects.filter(pk=comment.pk).update(latest=newer)
    with pytest.raises(TextChanged):
        actions.apply_review(read, review=ReviewState.APPROVED, move=Move.PUBLISH)
    assert discussion.fresh(comment).state == CommentState.PENDING


def test_another_violated_constraint_does_not_pass_for_a_repeated_comment() -> None:
    comment = discussion.submitted()
    Revision.objects.create(comment=comment, number=2, text="Taken.")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Revision.objects.create(comment=comment, number=2, text="Taken too.")
    assert not violates(caught.value, Comment, "comment_fingerprint")
    assert violates(caught.value, Revision, "revision_number_of_comment")
    other = discussion.submitted()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Comment.objects.filter(pk=other.pk).update(fingerprint=comment.fingerprint)
    assert violates(caught.value, Comment, "comment_fingerprint")


def test_what_nobody_confirms_within_a_day_loses_text_and_address() -> None:
    late, early = discussion.submitted(), discussion.submitted()
    Comment.objects.filter(pk=late.pk).update(written_at=timezone.now() - timedelta(hours=24, minutes=1))
    call_command("expire_unverified", verbosity=0)
    late, early = discussion.fresh(late), discussion.fresh(early)
    assert (late.state, early.state) == (CommentState.EXPIRED, CommentState.UNVERIFIED)
    assert late.address is None
    assert list(late.revisions.values_list("text", "name", "website")) == [("", "", "")]
    assert early.revisions.exclude(text="").exists()


def test_the_table_holds_no_address_in_plain_words() -> None:
    discussion.submitted(address="canary@post.example", wants_email=True)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert "canary@post.example" not in repr(cursor.fetchall()).lower(), table


def test_no_query_may_depend_on_an_address() -> None:
    with pytest.raises(TypeError, match="encrypted"):
        Comment.objects.filter(address="ida@post.example").exists()


def test_a_link_confirms_its_comment_for_24_hours_and_proves_the_address_for_two_days() -> None:
    comment = discussion.submitted()
    token, written = discussion.confirmation_token(comment), comment.written_at
    with time_machine.travel(written + timedelta(hours=24, seconds=10), tick=False) as clock:
        proof = tokens.address_proof(token)
        assert proof == tokens.AddressProof(comment, address_digest(str(comment.address)))
        with pytest.raises(LinkExpired, match="the time for it is over"):
            actions.verify_comment(proof.comment)
        clock.move_to(written + timedelta(hours=48, seconds=10))
        with pytest.raises(LinkExpired, match="This link has expired"):
            tokens.address_proof(token)


def test_a_link_of_an_earlier_version_still_confirms() -> None:
    comment = discussion.submitted()
    signed = signing.TimestampSigner(salt="discussion.confirmation", sep=".").sign(str(comment.pk))
    proof = tokens.address_proof(signed)
    assert proof.digest == address_digest(str(comment.address))
    assert actions.verify_comment(proof.comment).state == CommentState.PENDING
    with (
        time_machine.travel(comment.written_at + timedelta(hours=24, seconds=10)),
        pytest.raises(LinkExpired, match="This link has expired"),
    ):
        tokens.address_proof(signed)


TOKEN_OF: dict[str, Callable[[Comment], str]] = {
    "receipt": tokens.receipt_token,
    "waiting": tokens.waiting_token,
    "confirmation": discussion.confirmation_token,
}
OPENED_BY: dict[str, Callable[[str], object]] = {
    "receipt": tokens.comment_of_receipt,
    "waiting": tokens.comment_of_waiting,
    "confirmation": tokens.address_proof,
}


@pytest.mark.parametrize("purpose", list(OPENED_BY))
def test_a_link_serves_one_purpose_only(purpose: str) -> None:
    comment = discussion.submitted()
    token = TOKEN_OF[purpose](comment)
    for other in {"receipt", "waiting", "confirmation"} - {purpose}:
        with pytest.raises(LinkExpired):
            OPENED_BY[other](token)
    for spoilt in (token[:-1], token + "x", "", "1", f"{comment.pk}.{'A' * 43}", "\x00", "é", "9" * 400):
        with pytest.raises(LinkExpired):
            OPENED_BY[purpose](spoilt)
