"""The form of dates and times that the paper's settings choose: previewed in /cms/ and used on every page."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import ArticlePage, Paper
from tests.factories import accounts, discussion, newsroom

pytestmark = pytest.mark.django_db

MORNING = datetime(2019, 3, 28, 6, 16, tzinfo=UTC)
AMERICAN = {"language": "en-us", "date_format": "F j, Y", "time_format": "g:i a"}
GERMAN = {"language": "de", "time_zone": "UTC"}


def read(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def article_with_comment() -> ArticlePage:
    article = newsroom.article(published_at=MORNING, corrections=["It was a Thursday."])
    discussion.published(article)
    return article


@pytest.mark.parametrize(
    ("settings", "moment", "day", "weekday"),
    [
        ({}, "28 March 2019, 06:16 UTC", "28 March 2019", "Thursday, 28 March"),
        (AMERICAN, "March 28, 2019, 6:16 am", "March 28, 2019", "Thursday, March 28"),
        (GERMAN, "28. März 2019, 06:16 Uhr", "28. März 2019", "Donnerstag, 28. März"),
    ],
)
def test_every_public_page_uses_the_date_format_of_the_paper(
    settings: dict[str, str], moment: str, day: str, weekday: str
) -> None:
    newsroom.paper(**settings)
    article = article_with_comment()
    assert f'<time datetime="2019-03-28T06:16+0000">{moment}</time>' in read(article.get_absolute_url())
    for path in (article.section.url, "/2019/03/28/", "/search/?q=tide"):
        assert day in read(path)
    assert f">{weekday}</a>" in read("/2019/03/")


def test_a_comment_is_dated_like_the_article_above_it() -> None:
    article = article_with_comment()
    comment = discussion.published(article)
    for settings, zone in (({"time_format": "H:i e"}, "UTC"), ({"time_format": r"H:i \U\h\r"}, "Uhr")):
        newsroom.paper(**settings)
        assert f"{comment.written_at:%H:%M} {zone}</time></a>" in read(article.get_absolute_url())


def test_the_desk_uses_the_date_format_of_the_paper() -> None:
    newsroom.paper(date_format="Y-m-d", time_format="H.i")
    comment = discussion.pending()
    page = accounts.signed_in(Role.REVIEWER).get(reverse("desk:comment", args=[comment.pk])).content.decode()
    assert f"{comment.written_at:%Y-%m-%d, %H.%M}</time>" in page


def preview(**values: str) -> tuple[int, str]:
    answer = accounts.signed_in(Role.EDITOR).get(reverse("date-preview"), {"time_zone": "UTC", **values})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        (AMERICAN, "March 28, 2019, 6:16 am"),
        (GERMAN, "28. März 2019, 06:16 Uhr"),
        ({"language": "en-gb", "time_zone": "America/New_York"}, "28 March 2019, 06:16 EDT"),
    ],
)
def test_the_date_format_is_previewed_before_it_is_saved(settings: dict[str, str], shown: str) -> None:
    assert preview(**settings) == (200, shown)
    assert Paper.load().language == "en-gb"


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"date_format": "j F"}, "A date needs a day, a month and a year"),
        ({"time_format": "H:i Uhr"}, "“U” has no meaning here."),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone."),
    ],
)
def test_the_preview_shows_why_a_date_format_is_invalid(settings: dict[str, str], shown: str) -> None:
    status, text = preview(language="en-gb", **settings)
    assert status == 422
    assert text.startswith(shown)


def test_the_preview_is_for_staff() -> None:
    assert Client().get(reverse("date-preview")).status_code == 302


def test_the_settings_preview_the_stored_date_format() -> None:
    newsroom.paper(**GERMAN)
    page = accounts.signed_in(Role.EDITOR).get("/cms/settings/newsroom/paper/", follow=True).content.decode()
    assert ">28. März 2019, 06:16 Uhr</output>" in page
