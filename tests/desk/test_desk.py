"""The desk through its addresses."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from broadsheet.accounts.states import Role
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import CommentState
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Outcome
from tests.factories import accounts, discussion, newsroom

pytestmark = pytest.mark.django_db


def post(client: Client, comment: Comment, **given: object) -> int:
    sent = {"revision": discussion.latest(comment).pk, **given}
    return client.post(reverse("desk:decide", args=[comment.pk]), sent).status_code


@pytest.fixture
def desk() -> Client:
    return accounts.signed_in(Role.REVIEWER)


def test_what_has_waited_longest_comes_first(desk: Client) -> None:
    article = newsroom.article()
    texts = [f"This one is number {number}." for number in (1, 2, 3)]
    for text in texts:
        discussion.pending(article, text=text)
    page = desk.get("/desk/").content.decode()
    assert page.index(texts[0]) < page.index(texts[1]) < page.index(texts[2])


def test_the_number_of_those_that_wait_or_are_held_is_on_every_queue(desk: Client) -> None:
    for state in [CommentState.PENDING, CommentState.HELD, CommentState.HELD, CommentState.PUBLISHED]:
        discussion.in_state(state)
    for address in ["/desk/", "/desk/held/", "/desk/published/"]:
        page = desk.get(address).content.decode()
        assert re.findall(r">([\w ]+) <span class=\"number\">(\d+)<", page) == [
            ("Awaiting review", "1"),
            ("Held for the legal desk", "2"),
        ]


def test_nothing_unconfirmed_reaches_the_desk(desk: Client) -> None:
    discussion.submitted(text="Nobody has confirmed this.")
    discussion.in_state(CommentState.EXPIRED)
    assert "Nobody has confirmed this." not in desk.get("/desk/").content.decode()


def test_a_reviewer_approves_and_the_queue_is_empty(desk: Client) -> None:
    comment = discussion.pending()
    assert post(desk, comment, outcome="approve") == 302
    assert discussion.fresh(comment).state == CommentState.PUBLISHED
    assert Decision.objects.get().outcome == "approve"


def test_a_decline_without_a_reason_comes_back_with_what_was_typed(desk: Client) -> None:
    comment = discussion.pending()
    response = desk.post(
        reverse("desk:decide", args=[comment.pk]),
        {"revision": discussion.latest(comment).pk, "outcome": "decline", "explanation": "Please stay with the ferry."},
    )
    assert response.status_code == 422
    assert "Please choose a reason" in response.content.decode()
    assert "Please stay with the ferry." in response.content.decode()
    assert discussion.fresh(comment).state == CommentState.PENDING


def test_illegal_needs_the_law_that_it_breaks(desk: Client) -> None:
    comment = discussion.pending()
    assert post(desk, comment, outcome="decline", reason="9") == 422
    assert post(desk, comment, outcome="decline", reason="9", law="German Criminal Code § 130") == 302
    assert Decision.objects.get().law == "German Criminal Code § 130"


@pytest.mark.parametrize(("field", "most"), [("law", 200), ("explanation", 2000), ("private_note", 2000)])
def test_a_text_that_is_too_long_is_refused_whole_and_kept(desk: Client, field: str, most: int) -> None:
    comment = discussion.pending()
    assert "maxlength" not in desk.get(reverse("desk:comment", args=[comment.pk])).content.decode()
    text = "x" * most + "the end"
    sent = {"revision": discussion.latest(comment).pk, "outcome": "decline", "reason": "9", "law": "GB 1", field: text}
    page = desk.post(reverse("desk:decide", args=[comment.pk]), sent)
    assert page.status_code == 422
    assert f"This has {most + 7:,} characters; the limit is {most:,}." in page.content.decode()
    assert text in page.content.decode()
    assert discussion.fresh(comment).state == CommentState.PENDING


def test_a_colleague_who_was_faster_is_told_in_words(desk: Client) -> None:
    comment = discussion.pending()
    post(desk, comment, outcome="decline", reason="4")
    response = desk.post(
        reverse("desk:decide", args=[comment.pk]), {"revision": discussion.latest(comment).pk, "outcome": "approve"}
    )
    assert response.status_code == 409
    assert "A colleague may have got there first" in response.content.decode()


def test_a_text_of_another_comment_cannot_be_decided_here(desk: Client) -> None:
    mine, other = discussion.pending(), discussion.pending()
    response = desk.post(
        reverse("desk:decide", args=[mine.pk]), {"revision": discussion.latest(other).pk, "outcome": "approve"}
    )
    assert response.status_code == 404
    assert Comment.objects.awaiting_review().count() == 2


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR])
def test_whoever_is_no_reviewer_meets_a_page_that_says_so(role: Role) -> None:
    comment = discussion.pending()
    client = accounts.signed_in(role)
    for address in ("/desk/", reverse("desk:comment", args=[comment.pk])):
        response = client.get(address)
        assert response.status_code == 403
        assert "Ask an administrator to make you a reviewer" in response.content.decode()
    assert post(client, comment, outcome="approve") == 403
    assert discussion.fresh(comment).state == CommentState.PENDING


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    comment = discussion.pending()
    for address in ("/desk/", reverse("desk:comment", args=[comment.pk])):
        response = client.get(address)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/sign-in/")
    assert post(client, comment, outcome="approve") == 302
    assert discussion.fresh(comment).state == CommentState.PENDING


def test_a_forged_decision_from_another_site_is_refused() -> None:
    comment = discussion.pending()
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(accounts.staff(Role.REVIEWER))
    text = "<b>You</b> wrote about the harbour, and the article is about the bridge; please write there."
    sent = {"outcome": "decline", "reason": "4", "explanation": text, "csrfmiddlewaretoken": "x" * 64}
    refused = forged.post(reverse("desk:decide", args=[comment.pk]), sent)
    page = refused.content.decode()
    assert refused.status_code == 403
    assert text.replace("<b>You</b>", "&lt;b&gt;You&lt;/b&gt;") in page  # to be copied, and by no button to be sent
    assert "x" * 64 not in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert discussion.fresh(comment).state == CommentState.PENDING


@pytest.mark.parametrize(
    "sent",
    [{}, {"outcome": "explode"}, {"outcome": "decline", "reason": "77"}, {"outcome": "approve", "revision": "x"}],
)
def test_malformed_decisions_change_nothing(desk: Client, sent: dict[str, str]) -> None:
    comment = discussion.pending()
    assert post(desk, comment, **sent) == 422
    assert discussion.fresh(comment).state == CommentState.PENDING


def test_a_text_that_changed_while_it_was_read_is_shown_anew(desk: Client) -> None:
    comment = discussion.pending(text="The old words.")
    read = discussion.latest(comment)
    newer = Revision.objects.create(comment=comment, number=2, name="Ida", text="The new words.")
    Comment.objects.filter(pk=comment.pk).update(latest=newer)
    response = desk.post(reverse("desk:decide", args=[comment.pk]), {"revision": read.pk, "outcome": "approve"})
    assert response.status_code == 409
    assert "read the new text" in response.content.decode()
    assert "The new words." in desk.get(reverse("desk:comment", args=[comment.pk])).content.decode()


def test_the_queue_costs_the_same_however_long_it_is(desk: Client, django_assert_max_num_queries: object) -> None:
    article = newsroom.article()
    for _ in range(25):
        discussion.pending(article)
    desk.get("/desk/")
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        desk.get("/desk/")


def test_a_decision_about_another_state_than_the_one_on_the_page_is_refused_and_the_words_are_kept(
    desk: Client,
) -> None:
    comment = discussion.pending()
    page = desk.get(reverse("desk:comment", args=[comment.pk])).content.decode()
    assert f'name="state" value="{CommentState.PENDING}"' in page
    discussion.decided(comment, Outcome.APPROVE)
    sent = {"revision": discussion.latest(comment).pk, "state": CommentState.PENDING, "outcome": "hold"}
    refused = desk.post(reverse("desk:decide", args=[comment.pk]), {**sent, "private_note": "See the file."})
    told = refused.content.decode()
    assert refused.status_code == 409
    assert "has become “Published” since you opened it" in told
    assert "See the file." in told
    assert f'name="state" value="{CommentState.PUBLISHED}"' in told
    assert discussion.fresh(comment).state == CommentState.PUBLISHED
    assert Decision.objects.count() == 1


def test_what_is_missing_is_listed_above_the_form(desk: Client) -> None:
    comment = discussion.pending()
    sent = {"revision": discussion.latest(comment).pk, "outcome": "decline"}
    page = desk.post(reverse("desk:decide", args=[comment.pk]), sent).content.decode()
    assert '<a href="#id_reason_error">Please choose a reason; the author will be told.</a>' in page
