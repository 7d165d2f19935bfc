"""Staff who are signed in get from an article to its form; a reader's browser neither asks nor gets anything."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import ArticlePage
from tests.campaigns import looked_at_once
from tests.factories import newsroom
from tests.factories.accounts import signed_in
from tests.look.browsing import Visit

pytestmark = [pytest.mark.django_db, looked_at_once]

ASKING = "/cms/edit-link/"


def asked(visit: Visit) -> list[str]:
    return [address for address in visit.asked if address.startswith(ASKING)]


def test_a_readers_browser_asks_nothing_more_and_keeps_nothing(visit: Visit, article: ArticlePage) -> None:
    page = visit.to(f"/{article.address}/")
    page.wait_for_load_state("networkidle")
    own = f"/{article.address}/"
    assert [address for address in visit.without_photographs() if not address.startswith("/static/")] == [own]
    assert page.context.cookies() == []
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.locator(".edit-link").count() == 0


@pytest.mark.parametrize(("role", "may_edit"), [(Role.EDITOR, True), (Role.REVIEWER, False), (Role.REPORTER, False)])
def test_staff_who_may_edit_an_article_have_a_link_to_its_form(
    role: Role, may_edit: bool, browser: Browser, article: ArticlePage
) -> None:
    with browser.new_context() as context:
        visit = Visit(context, signed_in(role))
        if role != Role.REVIEWER:
            assert visit.to("/cms/").evaluate("localStorage.getItem('staff')") == "1"
        else:
            visit.to(f"/{article.address}/").evaluate("localStorage.setItem('staff', '1')")
        page = visit.to(f"/{article.address}/")
        page.wait_for_timeout(1000)
        assert len(asked(visit)) == 1
        link = page.get_by_role("link", name="Edit this article")
        expect(link).to_have_count(int(may_edit))
        if may_edit:
            expect(link).to_have_attribute("href", f"/cms/pages/{article.pk}/edit/")


def test_after_the_sign_out_the_next_article_asks_once_and_no_other(browser: Browser, article: ArticlePage) -> None:
    with browser.new_context() as context:
        visit = Visit(context, signed_in(Role.EDITOR))
        visit.to("/cms/")
        visit.client = Client()
        page = visit.to(f"/{article.address}/")
        page.wait_for_load_state("networkidle")
        assert len(asked(visit)) == 1
        page = visit.to(f"/{article.address}/")
        page.wait_for_load_state("networkidle")
        assert asked(visit) == []
        assert page.evaluate("localStorage.getItem('staff')") is None


def off_the_site() -> str:
    article = newsroom.article()
    article.unpublish()
    return str(article.address)


def of_a_draft() -> str:
    return str(newsroom.draft().slug)


@pytest.mark.parametrize("path", [off_the_site, of_a_draft, lambda: "", lambda: "x\x00", lambda: "../cms"])
def test_there_is_no_form_for_what_is_no_article_on_the_site(path: Callable[[], str]) -> None:
    answer = signed_in(Role.EDITOR).get(ASKING, {"path": f"/{path()}/"})
    assert answer.status_code == 404


def test_strangers_are_sent_to_the_sign_in(article: ArticlePage) -> None:
    answer = Client().get(ASKING, {"path": f"/{article.address}/"})
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/sign-in/")
    assert not answer.cookies
