"""Any email of the day proves the address: its page has all unconfirmed comments of it, to confirm or to disown."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from broadsheet.commenters.models import address_digest
from broadsheet.discussion import actions, tokens
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState
from broadsheet.mail.models import Email
from broadsheet.mail.states import EmailState
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db

IDA, MINE, NOT_MINE = "ida@post.example", "mine", "not-mine"


def three(address: str = IDA) -> list[Comment]:
    """Three unconfirmed comments of one address."""
    article = newsroom.article()
    return [discussion.submitted(article, address=address, text=f"Boat number {number}.") for number in range(3)]


def page_of(comment: Comment) -> str:
    return reverse("discussion:confirm", args=[discussion.confirmation_token(comment)])


def answer(page: str, choices: dict[Comment, str]) -> Any:
    chosen = {str(comment.pk): choice for comment, choice in choices.items()}
    return Client().post(page, {"answers": "1", **chosen})


def states(comments: list[Comment]) -> list[str]:
    return [discussion.fresh(comment).state for comment in comments]


def test_the_page_has_every_unconfirmed_comment_of_exactly_that_address_and_opening_it_changes_nothing() -> None:
    comments, others = (
        three(),
        [discussion.submitted(address=other) for other in ("i.da@post.example", "ida+1@post.example")],
    )
    confirmed = discussion.pending(address=IDA, text="Confirmed before.")
    assert [*Comment.objects.unconfirmed_of(address_digest(" Ida@Post.example"))] == comments
    page = Client().get(page_of(comments[1])).content.decode()
    assert "Which of these comments are yours?" in page
    assert all(f"Boat number {number}." in page for number in range(3))
    assert not any(discussion.latest(other).text in page for other in others)
    assert "checked" not in page  # nothing is chosen for anybody
    assert page.count(tokens.receipt_token(confirmed)) == 1
    assert states(comments) == [CommentState.UNVERIFIED] * 3


def test_some_are_confirmed_some_disowned_and_the_rest_stays() -> None:
    comments = three()
    done = answer(page_of(comments[0]), {comments[0]: MINE, comments[1]: NOT_MINE})
    assert states(comments) == [CommentState.PENDING, CommentState.EXPIRED, CommentState.UNVERIFIED]
    page = Client().get(done.headers["Location"]).content.decode()
    assert "Boat number 2." in page
    assert "Boat number 1." not in page
    assert tokens.receipt_token(comments[0]) in page
    done = answer(done.headers["Location"], {comments[2]: MINE})
    assert done.headers["Location"] == reverse("discussion:receipt", args=[tokens.receipt_token(comments[2])])


def test_several_that_are_confirmed_at_once_lead_to_their_receipts() -> None:
    comments = three()
    done = answer(page_of(comments[0]), dict.fromkeys(comments, MINE))
    page = Client().get(done.headers["Location"]).content.decode()
    assert "Thank you" in page
    assert all(tokens.receipt_token(comment) in page for comment in comments)


def test_a_disowned_comment_loses_text_and_address_and_its_writer_is_told_nothing() -> None:
    comment = discussion.submitted(address=IDA, text="I never wrote this.")
    waiting = reverse("discussion:waiting", args=[tokens.waiting_token(comment)])
    before = Client().get(waiting).content.decode()
    done = answer(page_of(comment), {comment: NOT_MINE})
    page = Client().get(done.headers["Location"]).content.decode()
    assert "What you did not write has been deleted" in page
    gone = discussion.fresh(comment)
    assert (gone.address, gone.address_digest, gone.fingerprint) == (None, None, None)
    assert [*gone.revisions.values_list("name", "website", "text")] == [("", "", "")]
    assert Client().get(waiting).content.decode() == before


def test_the_only_comment_is_confirmed_with_one_button_or_disowned_with_another() -> None:
    first, second = (discussion.submitted(address=address) for address in (IDA, "ben@post.example"))
    page = Client().get(page_of(first)).content.decode()
    assert "Is this comment yours?" in page
    assert "Yes, submit my comment" in page
    assert f'name="{first.pk}" value="not-mine"' in page
    assert Client().post(page_of(first)).headers["Location"].startswith("/receipts/")
    answer(page_of(second), {second: NOT_MINE})
    assert states([first, second]) == [CommentState.PENDING, CommentState.EXPIRED]


def test_a_page_that_had_one_comment_confirms_no_other_that_came_since() -> None:
    first = discussion.submitted(address=IDA)
    page = page_of(first)
    since = discussion.submitted(address=IDA)
    done = Client().post(page)
    assert states([first, since]) == [CommentState.PENDING, CommentState.UNVERIFIED]
    assert discussion.latest(since).text in Client().get(done.headers["Location"]).content.decode()


@pytest.mark.parametrize("choice", [MINE, NOT_MINE])
def test_nobody_answers_for_the_comment_of_another_address(choice: str) -> None:
    mine, other = discussion.submitted(address=IDA), discussion.submitted(address="ben@post.example")
    assert answer(page_of(mine), {other: choice}).headers["Location"].endswith("?answered=1")
    assert actions.answer_for_comments(address_digest(IDA), confirmed=[other.pk], disowned=[other.pk]) == []
    assert states([mine, other]) == [CommentState.UNVERIFIED] * 2


def test_no_digest_answers_for_comments_that_have_none() -> None:
    old = discussion.submitted(address=IDA)
    Comment.objects.filter(pk=old.pk).update(address_digest=None)  # of an earlier version
    assert not Comment.objects.unconfirmed_of("").exists()
    assert Client().post(page_of(old)).headers["Location"].startswith("/receipts/")


def test_choosing_nothing_is_refused_in_words() -> None:
    refused = answer(page_of(three()[0]), {})
    assert refused.status_code == 422
    assert "Please say for at least one comment whether you wrote it." in refused.content.decode()


def test_a_comment_without_an_email_of_its_own_is_confirmed_by_another_that_was_disowned_long_ago(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        floods = [discussion.submitted(address=IDA) for _ in range(3)]
    link = re.search(r"http://paper.example(\S+)", str(mail.outbox[-1].body))
    assert link
    for flood in floods:
        answer(page_of(flood), {flood: NOT_MINE})
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        with django_capture_on_commit_callbacks(execute=True):
            mine = discussion.submitted(address=IDA, text="This is mine.")
        assert len(mail.outbox) == 3
        assert "This is mine." in Client().get(link[1]).content.decode()
        assert answer(link[1], {mine: MINE}).status_code == 302
    assert states([mine]) == [CommentState.PENDING]


def test_the_code_confirms_its_comment_only_and_then_offers_the_others() -> None:
    comments = three()
    sent = {"code": tokens.code_of(comments[2])}
    done = Client().post(reverse("discussion:waiting", args=[tokens.waiting_token(comments[2])]), sent)
    assert states(comments) == [CommentState.UNVERIFIED, CommentState.UNVERIFIED, CommentState.PENDING]
    page = Client().get(done.headers["Location"]).content.decode()
    assert ("Boat number 0." in page, "Boat number 1." in page) == (True, True)
    assert answer(done.headers["Location"], {comments[0]: MINE}).status_code == 302


def test_a_repetition_of_a_confirmed_comment_is_not_offered_for_ever() -> None:
    article = newsroom.article()
    first = discussion.pending(article, address=IDA, text="Hear, hear.")
    again = discussion.submitted(article, address=IDA, text="Hear, hear.")
    done = answer(page_of(again), {again: MINE})
    assert done.headers["Location"] == reverse("discussion:receipt", args=[tokens.receipt_token(first)])
    assert not Comment.objects.unconfirmed_of(address_digest(IDA)).exists()


def test_an_email_about_a_comment_that_was_answered_for_does_not_leave() -> None:
    comments = three()
    answer(page_of(comments[0]), {comments[0]: MINE, comments[1]: NOT_MINE})
    left = Email.objects.exclude(state=EmailState.WITHHELD)
    assert [email.about for email in left] == [f"confirmation {comments[2].pk}"]


def test_no_link_or_page_tells_the_digest_of_an_address() -> None:
    comment = three()[0]
    digest = address_digest(IDA)
    page = page_of(comment)
    assert digest not in page + Client().get(page).content.decode()
    assert digest not in tokens.waiting_token(comment)


def test_the_page_costs_the_same_for_three_and_for_six_comments() -> None:
    def queries(comment: Comment) -> int:
        page = page_of(comment)
        Client().get(page)
        with CaptureQueriesContext(connection) as log:
            assert "Which of these comments are yours?" in Client().get(page).content.decode()
        return len(log)

    three(IDA)
    assert queries(three("ben@post.example")[0]) == queries(three(IDA)[0])


def test_an_answer_that_is_sent_twice_is_not_refused() -> None:
    comments = three()
    page = page_of(comments[0])
    first = answer(page, {comments[1]: NOT_MINE})
    again = answer(page, {comments[1]: NOT_MINE})
    assert first.headers["Location"] == again.headers["Location"] == f"{page}?answered=1"
    assert states(comments) == [CommentState.UNVERIFIED, CommentState.EXPIRED, CommentState.UNVERIFIED]


def test_using_a_link_does_not_make_it_last_longer() -> None:
    article = newsroom.article()
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        page = page_of(discussion.submitted(article, address=IDA))
    with time_machine.travel(start + timedelta(hours=47), tick=False):
        latest = [discussion.submitted(article, address=IDA, text=f"Boat number {number}.") for number in range(2)]
        assert answer(page, {latest[0]: MINE}).headers["Location"] == f"{page}?answered=1"
    with time_machine.travel(start + timedelta(hours=49), tick=False):
        assert Client().get(page).status_code == 410
