"""The language of the paper, of a single article, and of the staff."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse
from wagtail.users.models import UserProfile

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import ArticlePage, Paper
from tests.factories import accounts, newsroom
from tests.newsroom.desk import SUBMIT, article_form, create

pytestmark = pytest.mark.django_db


def page(path: str, client: Client | None = None) -> BeautifulSoup:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def element(soup: BeautifulSoup, selector: str) -> Tag:
    found = soup.select_one(selector)
    assert found is not None
    return found


@pytest.fixture
def arabic() -> ArticlePage:
    return newsroom.article(
        title="المد يعود",
        slug="tide",
        deck="عاد المد.",
        language="ar",
        corrections=["صباحا."],
        byline=[newsroom.author("Ida Holm")],
    )


def test_an_article_in_another_language_has_its_lang_and_dir(arabic: ArticlePage) -> None:
    soup = page(arabic.get_absolute_url())
    article = element(soup, "article.story")
    assert (element(soup, "html")["lang"], article["lang"], article["dir"]) == ("en-gb", "ar", "rtl")
    assert "dir" not in element(soup, "html").attrs


@pytest.mark.parametrize("selector", [".rail", ".in-section", "#corrections", ".corrections time"])
def test_the_labels_around_the_article_keep_the_language_of_the_paper(arabic: ArticlePage, selector: str) -> None:
    added = element(page(arabic.get_absolute_url()), f".story {selector}")
    assert (added["lang"], added["dir"]) == ("en-gb", "ltr")


@pytest.mark.parametrize("path", ["/", "/archive-of-the-day/", "/search/?q=المد"])
def test_lists_mark_an_article_in_another_language(arabic: ArticlePage, path: str) -> None:
    day = f"/{arabic.edition_date:%Y/%m/%d}/"
    soup = page(day if path == "/archive-of-the-day/" else path)
    marked = element(soup, "main [lang=ar][dir=rtl]")
    assert arabic.title in marked.get_text()


def test_an_article_in_the_language_of_the_paper_has_no_lang() -> None:
    soup = page(newsroom.article(language="en-gb").get_absolute_url())
    assert "lang" not in element(soup, "article.story").attrs


def test_metadata_and_feeds_name_the_language_of_the_article(arabic: ArticlePage) -> None:
    soup = page(arabic.get_absolute_url())
    assert element(soup, "meta[property='og:locale']")["content"] == "ar_AR"
    assert json.loads(element(soup, "script[type='application/ld+json']").get_text())["inLanguage"] == "ar"
    assert "<dc:language" in (rss := Client().get("/feed/").content.decode())
    assert ">ar</dc:language>" in rss
    assert 'xml:lang="ar"' in Client().get("/feed/atom/").content.decode().partition("<entry")[2]
    assert "<news:language>ar</news:language>" in Client().get("/news-sitemap.xml").content.decode()


def test_metadata_and_feeds_name_the_language_of_the_paper() -> None:
    newsroom.paper(language="de")
    article = newsroom.article()
    soup = page(article.get_absolute_url())
    assert element(soup, "html")["lang"] == "de"
    assert element(soup, "meta[property='og:locale']")["content"] == "de_DE"
    assert element(page("/"), "meta[property='og:locale']")["content"] == "de_DE"
    assert "<language>de</language>" in Client().get("/feed/").content.decode()
    assert "<dc:language" not in Client().get("/feed/").content.decode()
    assert "<news:language>de</news:language>" in Client().get("/news-sitemap.xml").content.decode()


def staff(language: str) -> Client:
    user = accounts.staff(Role.REVIEWER, Role.EDITOR)
    UserProfile.objects.create(user=user, preferred_language=language)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", [reverse("desk:queue"), "/cms/"])
@pytest.mark.parametrize(("preferred", "shown"), [("", "de"), ("en-gb", "en-gb")])
def test_staff_work_in_the_language_of_the_paper_unless_they_prefer_another(
    path: str, preferred: str, shown: str
) -> None:
    newsroom.paper(language="de")
    assert element(page(path, staff(preferred)), "html")["lang"] == shown


def test_staff_without_a_profile_work_in_the_language_of_the_paper() -> None:
    newsroom.paper(language="de")
    assert element(page("/desk/", accounts.signed_in(Role.REVIEWER)), "html")["lang"] == "de"


def confirmation(client: Client, language: str) -> str:
    """Choose a language in the settings of the paper, and return the message on the page that follows."""
    made = newsroom.paper()
    form = {"name": made.name, "tagline": "", "language": language, "time_zone": "UTC"}
    empty = dict.fromkeys(["date_format", "time_format", "contact_email", "contact"], "")
    answer = client.post(f"/cms/settings/newsroom/paper/{made.pk}/", {**form, **empty}, follow=True)
    return element(BeautifulSoup(answer.content, "html.parser"), ".messages .success").get_text(" ", strip=True)


@pytest.mark.parametrize(
    ("own", "told"), [(None, "Zeitung aktualisiert."), ("", "Zeitung aktualisiert."), ("en-gb", "Paper updated.")]
)
def test_the_settings_confirm_a_new_language_in_that_language(own: str | None, told: str) -> None:
    client = accounts.signed_in(Role.EDITOR)
    if own is not None:
        UserProfile.objects.create(user_id=client.session["_auth_user_id"], preferred_language=own)
    assert confirmation(client, "de") == told
    assert Paper.load().language == "de"


@pytest.mark.parametrize(("own", "told"), [("", "wurde zur"), ("en-gb", "has been submitted")])
def test_an_email_to_staff_is_in_their_language_whoever_causes_it(own: str, told: str, mailoutbox: list[Any]) -> None:
    newsroom.paper(language="de")
    UserProfile.objects.create(user=accounts.staff(Role.EDITOR), preferred_language=own)
    reporter = accounts.signed_in(Role.REPORTER)
    other = "de" if own else "en-gb"
    UserProfile.objects.create(user_id=reporter.session["_auth_user_id"], preferred_language=other)
    create(reporter, newsroom.section("Harbour"), article_form(), **SUBMIT)
    (email,) = mailoutbox
    assert told in email.subject
