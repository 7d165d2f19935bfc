"""What a reader typed is taken as it was meant, refused in words, or handed back: never cut and never lost."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from broadsheet.core.text import ascii_digits
from broadsheet.discussion import tokens
from broadsheet.discussion.forms import CodeForm, CommentForm
from broadsheet.discussion.models import MAX_NAME, MAX_TEXT, Comment
from broadsheet.newsroom.models import ArticlePage
from tests.factories import discussion

pytestmark = pytest.mark.django_db

INVISIBLE = [
    "\u200b",
    "\u3164",
    "\u2800",
    "\u00ad",
    "\u200d\u200d",
    "\u2060\ufeff",
    "\u115f",
    "\u0301",
    "\u200b \n\u3164",
]
SEEN = ["👩‍🚀", "می‌خواهم", "soft\u00adhyphen", "é", "e\u0301", "李", "🏳️‍🌈", "12", "?!"]


def form(**given: str) -> CommentForm:
    sent = {"terms": "", "name": "Ida Holm", "email": "ida@post.example", "text": "I was there.", **given}
    return CommentForm(sent, current=None)


@pytest.mark.parametrize("field", ["name", "text", "email"])
@pytest.mark.parametrize("typed", INVISIBLE)
def test_characters_that_nobody_sees_are_no_name_and_no_text(field: str, typed: str) -> None:
    assert set(form(**{field: typed}).errors) == {field}


@pytest.mark.parametrize("typed", SEEN)
def test_joiners_marks_and_soft_hyphens_stay_among_characters_that_are_seen(typed: str) -> None:
    filled = form(name=typed, text=typed)
    assert filled.is_valid()
    assert (filled.cleaned_data["name"], filled.cleaned_data["text"]) == (typed, typed)


def test_a_browser_cuts_nothing_off_and_the_paper_counts() -> None:
    assert "maxlength" not in str(CommentForm(current=None))
    too_long = form(name="x" * (MAX_NAME + 1), text="y" * (MAX_TEXT + 100), website=f"https://holm.example/{'z' * 200}")
    assert "This has 81 characters" in str(too_long.errors["name"])
    assert "5,100 characters; the limit is 5,000" in str(too_long.errors["text"])
    assert "This has 221 characters" in str(too_long.errors["website"])


@pytest.mark.parametrize(
    ("typed", "website"),
    [
        ("HTTPS://EXAMPLE.ORG", "https://EXAMPLE.ORG"),
        ("Http://Example.org/Path", "http://Example.org/Path"),
        ("example.org", "https://example.org"),
        ("\u200b", ""),
    ],
)
def test_the_address_of_a_website_may_be_typed_in_capitals_or_without_its_scheme(typed: str, website: str) -> None:
    filled = form(website=typed)
    assert filled.is_valid()
    assert filled.cleaned_data["website"] == website


@pytest.mark.parametrize("typed", ["JAVASCRIPT:alert(1)", "JavaScript://example.org/%0Aalert(1)", "FTP://example.org"])
def test_no_other_scheme_is_taken_in_capitals_either(typed: str) -> None:
    assert set(form(website=typed).errors) == {"website"}


@pytest.mark.parametrize(
    "typed",
    [
        "204117",
        " 204 117 ",
        "204-117",
        "204\u00a0117.",
        "２０４ １１７",
        "٢٠٤١١٧",
        "۲۰۴۱۱۷",
        "२०४११७",
        "\u200b204117\u200f",
    ],
)
def test_a_code_is_understood_however_its_digits_are_typed(typed: str) -> None:
    filled = CodeForm({"code": typed})
    assert filled.is_valid()
    assert filled.cleaned_data["code"] == "204117"


@pytest.mark.parametrize("typed", ["20411", "2041177", "20411a", "²04117x", "code", "-", "½04117"])
def test_anything_else_is_no_code_and_costs_no_try(typed: str) -> None:
    comment = discussion.submitted()
    answer = Client().post(reverse("discussion:waiting", args=[tokens.waiting_token(comment)]), {"code": typed})
    assert (answer.status_code, discussion.fresh(comment).code_attempts) == (422, 0)
    assert "six digits" in answer.content.decode()


def test_a_right_code_in_other_digits_confirms() -> None:
    comment = discussion.submitted()
    typed = "".join(chr(ord("０") + int(digit)) for digit in tokens.code_of(comment))
    assert ascii_digits(typed) == tokens.code_of(comment)
    answer = Client().post(reverse("discussion:waiting", args=[tokens.waiting_token(comment)]), {"code": typed})
    assert answer.status_code == 302


def post(address: str, number: int | None = None) -> tuple[int, str]:
    discussion.terms()
    route = (
        reverse("discussion:reply", args=[address, number]) if number else reverse("discussion:write", args=[address])
    )
    sent = {
        "terms": str(discussion.terms().pk),
        "name": "Ida Holm",
        "email": "ida@post.example",
        "text": "I was there.",
    }
    answer = Client().post(route, sent)
    return answer.status_code, answer.content.decode()


def rename(article: ArticlePage, slug: str) -> ArticlePage:
    changed = ArticlePage.objects.get(pk=article.pk)
    changed.slug = slug
    changed.save_revision().publish()
    return ArticlePage.objects.get(pk=article.pk)


def test_a_comment_reaches_an_article_whose_address_has_changed_meanwhile(
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    parent = discussion.published()
    assert parent.article
    old = str(parent.article.address)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        article = rename(parent.article, "renamed")
    assert post(old)[0] == post(old, parent.pk)[0] == 302
    assert set(Comment.objects.exclude(pk=parent.pk).values_list("thread", "parent")) == {
        (parent.thread_id, None),
        (parent.thread_id, parent.pk),
    }
    looked = Client().get(reverse("discussion:write", args=[old]))
    assert (looked.status_code, looked.headers["Location"]) == (301, f"/{article.address}/comments/write/")


@pytest.mark.parametrize("reply", [False, True])
def test_a_text_for_an_article_that_was_taken_off_or_deleted_comes_back(reply: bool) -> None:
    parent = discussion.published()
    assert parent.article
    ArticlePage.objects.get(pk=parent.article.pk).unpublish()
    status, page = post(str(parent.article.address), parent.pk if reply else None)
    assert status == 410
    assert "I was there." in page
    assert "was not submitted" in page
    assert parent.article.title not in page
    assert Client().get(reverse("discussion:write", args=[parent.article.address])).status_code == 410
    status, page = post("2026/03/28/never-here")
    assert (status, "I was there." in page) == (410, True)
    assert Client().get("/2026/03/28/never-here/comments/write/").status_code == 404
