"""① to ③ through the addresses: what a commenter meets, with good input and bad."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from broadsheet.core.append_only import AppendOnly
from broadsheet.discussion import tokens
from broadsheet.discussion.models import MAX_TEXT, Comment, Terms
from broadsheet.discussion.states import CommentState
from broadsheet.mail.models import Email
from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.states import CommentPolicy
from tests.factories import discussion, newsroom

pytestmark = pytest.mark.django_db


def form(**given: str) -> dict[str, str]:
    sent = {
        "terms": str(discussion.terms().pk),
        "name": "Ida Holm",
        "email": "ida@post.example",
        "text": "I was there.",
    }
    return {**sent, **given}


def write(article: ArticlePage, **given: str) -> tuple[int, str]:
    answer = Client().post(reverse("discussion:write", args=[article.address]), form(**given))
    return answer.status_code, answer.content.decode()


def test_a_comment_goes_its_way_without_a_cookie(client: Client, django_capture_on_commit_callbacks: object) -> None:
    article = newsroom.article()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = client.post(
            reverse("discussion:write", args=[article.address]), form(website="holm.example"), follow=True
        )
    comment = Comment.objects.get()
    assert comment.state == CommentState.UNVERIFIED
    link = next(line for line in mail.outbox[0].body.splitlines() if "/comments/confirm/" in line)
    path = link.removeprefix("http://paper.example")
    looked = client.get(path)
    assert (looked.status_code, discussion.fresh(comment).state) == (200, CommentState.UNVERIFIED)
    receipt = client.post(path, follow=True)
    assert (receipt.status_code, discussion.fresh(comment).state) == (200, CommentState.PENDING)
    assert "I was there." in receipt.content.decode()
    assert discussion.latest(comment).website == "https://holm.example"
    assert not client.cookies
    assert mail.outbox[0].to == ["ida@post.example"]
    assert "ida@post.example" not in answer.content.decode() + receipt.content.decode()


def questions_of(act: Callable[[], object]) -> list[str]:
    """What is asked of the database, but for where transactions begin and end."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_a_comment_costs_twelve_questions() -> None:
    """In a transaction, as here, nothing is kept: else the paper, the article and the terms are not asked for."""
    address = reverse("discussion:write", args=[newsroom.article().address])
    first, second = form(), form(text="I was there again.")
    # Eight ask and four write; four of them are about limits.
    assert len(questions_of(lambda: Client().post(address, first))) == 12
    assert len(questions_of(lambda: Client().post(address, second))) == 12
    assert len(questions_of(lambda: Client().post(address, second))) == 7
    assert Comment.objects.count() == Email.objects.count() == 2


def test_the_email_forgets_where_it_went(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        write(newsroom.article())
    email = Email.objects.get()
    assert (email.state, email.recipient, email.subject, email.text) == ("sent", None, None, None)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "Please enter your name."),
        ({"text": "  \n "}, "Please write your comment."),
        ({"email": ""}, "Please enter your email address."),
        ({"email": "not an address"}, "full email address"),
        ({"website": "javascript:alert(1)"}, "full web address"),
        ({"website": "ftp://holm.example"}, "https://"),
        ({"name": "x" * 81}, "This has 81 characters; the limit is 80."),
        ({"text": "x" * (MAX_TEXT + 1)}, "5,001 characters; the limit is 5,000"),
        ({"text": "null\x00byte"}, "Null characters"),
        ({"terms": "0"}, "Our rules have changed"),
        ({"terms": ""}, "Our rules have changed"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(given: dict[str, str], sentence: str) -> None:
    status, page = write(newsroom.article(), **given)
    assert status == 422
    assert sentence in page
    kept = {**form(), **given}
    assert (
        "I was there." in page
        if "text" not in given
        else kept["text"].strip()[:50].replace("\x00", "") in page.replace("\x00", "")
    )
    assert not Comment.objects.exists()


def test_line_ends_count_as_one_character_as_in_the_browser() -> None:
    status, _ = write(newsroom.article(), text="\r\n".join(["x" * 49] * 100) + "\r\n" + "y" * 0)
    assert status == 302
    assert "\r" not in Comment.objects.get().revisions.get().text


def test_rules_that_changed_meanwhile_are_read_before_they_are_agreed_to() -> None:
    seen = discussion.terms("2026-01").pk
    discussion.terms("2026-02")
    status, page = write(newsroom.article(), terms=str(seen))
    assert status == 422
    assert "Our rules have changed" in page
    assert f'value="{Terms.objects.get(version="2026-02").pk}"' in page
    assert "I was there." in page


def test_an_article_that_closed_meanwhile_says_so_and_keeps_the_text() -> None:
    article = newsroom.article(comment_policy=CommentPolicy.CLOSED)
    status, page = write(article)
    assert status == 422
    assert "Comments are closed on this article" in page
    assert "I was there." in page
    assert Client().get(reverse("discussion:write", args=[article.address])).status_code == 403


def test_a_comment_removed_meanwhile_cannot_be_replied_to_and_the_text_is_kept() -> None:
    parent = discussion.in_state(CommentState.REMOVED)
    address = reverse("discussion:reply", args=[parent.thread.address, parent.pk])
    answer = Client().post(address, form())
    assert answer.status_code == 422
    assert "is not available" in answer.content.decode()
    assert f'action="/{parent.thread.address}/comments/write/"' in answer.content.decode()
    assert "I was there." in answer.content.decode()


@contextmanager
def full_disk() -> Iterator[None]:
    """Lets the database refuse to grow (SQLite) or to write at all (PostgreSQL)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
            yield
            cursor.execute("PRAGMA max_page_count = 1073741823")
        else:
            cursor.execute("SET default_transaction_read_only = on")
            yield
            cursor.execute("SET default_transaction_read_only = off")


@pytest.fixture
def kept_terms(transactional_db: None) -> Iterator[None]:
    """Lets go of the terms that a test has really committed: the database gives them back to nobody else."""
    yield
    guard = AppendOnly("discussion_terms", rows="terms")
    Comment.objects.update(terms=None)
    with connection.schema_editor() as editor:
        guard.database_backwards("discussion", editor, None, None)
    Terms.objects.all().delete()
    with connection.schema_editor() as editor:
        guard.database_forwards("discussion", editor, None, None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("kept_terms")
def test_a_full_disk_costs_nobody_a_text() -> None:
    article = newsroom.article()
    address = reverse("discussion:write", args=[article.address])
    texts = [f"{number}. I have much to say about the ferry. " * 100 for number in range(40)]
    sent = [form(text=text, email=f"ida{text[:2].strip('.')}@post.example") for text in texts]
    with full_disk():
        answers = [Client(raise_request_exception=False).post(address, one) for one in sent]
    refused = [(answer, text) for answer, text in zip(answers, texts, strict=True) if answer.status_code != 302]
    assert refused, "the disk was not full enough"
    for answer, text in refused:
        assert answer.status_code == 503
        assert "could not be saved" in answer.content.decode()
        assert text.strip() in answer.content.decode()
    assert Comment.objects.count() == len(answers) - len(refused)
    assert Client().post(address, sent[-1]).status_code == 302


def test_a_receipt_tells_each_state_and_never_a_private_note() -> None:
    for state in CommentState:
        if state in {CommentState.ERASED, CommentState.EXPIRED, CommentState.UNVERIFIED}:
            continue
        comment = discussion.in_state(state, text=f"Words in {state}.")
        page = Client().get(reverse("discussion:receipt", args=[tokens.receipt_token(comment)]))
        assert page.status_code == 200
        assert page.headers["Cache-Control"].startswith("max-age=0")


def test_a_permalink_leads_to_the_comment_on_its_page() -> None:
    comment = discussion.published()
    answer = Client().get(comment.get_absolute_url())
    assert answer.headers["Location"] == f"/{comment.thread.address}/#comment-{comment.pk}"
    assert f'id="comment-{comment.pk}"' in Client().get(f"/{comment.thread.address}/").content.decode()


def test_a_long_column_is_cut_into_pages_and_each_comment_stands_on_one() -> None:
    article = newsroom.article()
    seed = discussion.published(article)
    made = discussion.many_published(article, 119)
    pages = [f"/{article.address}/", *[f"/{article.address}/comments/page/{n}/" for n in (2, 3)]]
    texts = [Client().get(page).content.decode() for page in pages]
    for comment in [seed, *made]:
        assert sum(f'id="comment-{comment.pk}"' in text for text in texts) == 1
    assert Client().get(made[-1].get_absolute_url()).headers["Location"].startswith(pages[2])
    assert Client().get(f"/{article.address}/comments/page/4/").status_code == 404
    newest = Client().get(f"/{article.address}/comments/newest/").content.decode()
    assert newest.index(f"comment-{made[-1].pk}") < newest.index(f"comment-{made[-2].pk}")


@pytest.mark.parametrize("path", ["comments/write/999999/", "comments/page/0/", "comments/page/99999999999999999999/"])
def test_odd_addresses_are_not_found_rather_than_faults(path: str) -> None:
    discussion.terms()
    assert Client().get(f"/{newsroom.article().address}/{path}").status_code == 404


def test_a_paper_without_terms_says_that_its_column_is_not_open_yet() -> None:
    article = newsroom.article()
    assert "No comments." in Client().get(f"/{article.address}/").content.decode()
    assert Client().get(reverse("discussion:write", args=[article.address])).status_code == 403
