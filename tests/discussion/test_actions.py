"""What submitting, confirming and expiring do, also twice, late and in the wrong order."""

import re
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from broadsheet.commenters.models import Commenter
from broadsheet.commenters.states import Standing
from broadsheet.core.constraints import violates
from broadsheet.discussion import actions, tokens
from broadsheet.discussion.errors import (
    CannotReply,
    CommentsClosed,
    LinkExpired,
    TextChanged,
    TooManyWaiting,
    WrongCode,
)
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import CommentState, Move, ReviewState
from broadsheet.newsroom.models import CommentPolicy
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db


def code_in_email() -> str:
    found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert found
    return found.group()


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
    # At the same moment as the first, the second finds neither the commenter nor a comment.
    monkeypatch.setattr(type(Commenter.objects.all()), "with_address", lambda *_: None)
    assert discussion.submitted(article, text="Once.", address="ida@post.example").pk == first.pk


def test_any_other_constraint_that_is_violated_is_no_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    other = discussion.submitted().commenter

    def store_twice(**_: object) -> None:
        Commenter.objects.create(digest=other.digest)

    monkeypatch.setattr("broadsheet.discussion.actions.writing.mail.send_template", store_twice)
    with pytest.raises(IntegrityError):
        discussion.submitted(text="Never stored.")
    assert not Revision.objects.filter(text="Never stored.").exists()


def test_the_same_words_after_the_first_were_decided_are_a_new_comment() -> None:
    article = newsroom.article()
    first = discussion.published(article, text="Hear, hear.", address="ida@post.example")
    again = discussion.submitted(article, text="Hear, hear.", address="ida@post.example")
    assert again.pk != first.pk


def test_one_person_is_one_commenter_however_the_address_is_written() -> None:
    discussion.submitted(address="Ida@post.example")
    discussion.submitted(address="ida@POST.example")
    assert Commenter.objects.count() == 1


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


def test_a_sixth_unconfirmed_comment_within_the_hour_is_refused() -> None:
    for _ in range(5):
        discussion.submitted(address="victim@post.example")
    with pytest.raises(TooManyWaiting):
        discussion.submitted(address="victim@post.example")
    Comment.objects.update(written_at=timezone.now() - timedelta(minutes=61))
    discussion.submitted(address="victim@post.example")


def test_the_fifth_sent_again_is_the_fifth_and_no_sixth() -> None:
    article = newsroom.article()
    texts = [f"{number}." for number in range(5)]
    sent = [discussion.submitted(article, address="ida@post.example", text=text) for text in texts]
    assert discussion.submitted(article, address="ida@post.example", text=texts[-1]) == sent[-1]


def test_an_approved_commenter_is_published_at_once_and_nobody_else_is() -> None:
    for standing in Standing:
        comment = discussion.submitted()
        Commenter.objects.filter(pk=comment.commenter_id).update(standing=standing)
        actions.verify_comment(comment)
        expected = CommentState.PUBLISHED if standing == Standing.APPROVED else CommentState.PENDING
        assert discussion.fresh(comment).state == expected


def test_the_six_digits_confirm(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        comment = discussion.submitted()
    assert actions.verify_by_code(comment, code=code_in_email()).state == CommentState.PENDING
    assert actions.verify_by_code(comment, code="000000").state == CommentState.PENDING


def test_five_wrong_codes_spoil_the_right_one_but_not_the_link(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        comment = discussion.submitted()
    right = code_in_email()
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(WrongCode):
            actions.verify_by_code(comment, code=wrong)
    with pytest.raises(WrongCode, match="no longer valid"):
        actions.verify_by_code(comment, code=right)
    found = tokens.comment_of_confirmation(tokens.confirmation_token(comment))
    assert actions.verify_comment(found).state == CommentState.PENDING


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


def test_a_link_confirms_for_24_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    comment = discussion.submitted()
    token, now = tokens.confirmation_token(comment), time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 86_390)
    assert tokens.comment_of_confirmation(token) == comment
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 86_410)
    with pytest.raises(LinkExpired, match="after 24 hours"):
        tokens.comment_of_confirmation(token)


@pytest.mark.parametrize("purpose", ["receipt", "waiting", "confirmation"])
def test_a_link_serves_one_purpose_only(purpose: str) -> None:
    comment = discussion.submitted()
    token = getattr(tokens, f"{purpose}_token")(comment)
    for other in {"receipt", "waiting", "confirmation"} - {purpose}:
        with pytest.raises(LinkExpired):
            getattr(tokens, f"comment_of_{other}")(token)
    for spoilt in (token[:-1], token + "x", "", "1", f"{comment.pk}.{'A' * 43}", "\x00", "9" * 400):
        with pytest.raises(LinkExpired):
            getattr(tokens, f"comment_of_{purpose}")(spoilt)
