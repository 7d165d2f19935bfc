"""The export of a real site is imported completely, and what it became is like anything written here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, ReferenceIndex

from broadsheet.accounts.states import Role
from broadsheet.discussion.models import Comment
from broadsheet.newsroom.models import ArticlePage, PlainPage, SectionPage
from tests.databases import kept_for_a_module
from tests.factories.accounts import signed_in
from tests.interchange.imports import contents, counts, run

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive, pytest.mark.timeout(300)]


@dataclass
class Imported:
    """The paper after the import, with what was counted before and what the import reported."""

    file: Path
    before: dict[str, int]
    forecast: list[str]
    after_forecast: dict[str, int]
    report: list[str]


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: DjangoDbBlocker, material: Path) -> Iterator[Imported]:
    """The paper of the real site, after a dry run and a run."""
    file = material / "wxr-cc-labs" / "wordpress.scrubbed.xml"

    def make() -> Imported:
        before = counts()
        forecast = run(file, "--dry-run").splitlines()
        return Imported(file, before, forecast, counts(), run(file).splitlines())

    with kept_for_a_module(django_db_blocker, make) as made:
        yield made


def test_a_real_site_is_imported_completely_and_a_second_run_changes_nothing(imported: Imported) -> None:
    report = "\n".join(imported.report)
    assert "219 articles, 5 pages" in report
    assert "119 published comments" in report
    assert "Left out: 62 pingbacks and trackbacks." in report
    assert (ArticlePage.objects.count(), PlainPage.objects.count(), Comment.objects.count()) == (219, 5, 119)
    before = contents()
    again = run(imported.file)
    assert again.startswith("Nothing new from CC Labs.")
    assert "219 articles, 5 pages and 119 comments" in again
    assert contents() == before


def test_a_dry_run_prints_the_same_report_and_changes_nothing(imported: Imported) -> None:
    assert imported.after_forecast == imported.before
    whole = imported.forecast[0].removeprefix("Would be imported").removesuffix(".").replace(" and ", ", ")
    assert whole != imported.forecast[0]
    assert imported.report[0].removeprefix("Imported").replace(" and ", ", ").startswith(whole)
    assert imported.forecast[1:] == imported.report[1:]


@pytest.mark.usefixtures("imported")
def test_the_page_tree_is_consistent_and_every_page_can_be_edited() -> None:
    assert Page.find_problems() == ([], [], [], [], [])
    for page in [*ArticlePage.objects.all(), *PlainPage.objects.all(), *SectionPage.objects.all()]:
        page.full_clean()
    editor = signed_in(Role.EDITOR)
    pages = [*ArticlePage.objects.order_by("path")[::40], *PlainPage.objects.all()]
    assert {editor.get(f"/cms/pages/{page.pk}/edit/").status_code for page in pages} == {200}


@pytest.mark.usefixtures("imported")
def test_an_imported_article_can_be_read_searched_and_edited_like_any_other() -> None:
    plain = ArticlePage.objects.filter(thread__comments__isnull=False, title__regex="^[A-Za-z ]+$")
    article = plain.order_by("pk")[0]
    shown = Client().get(f"/{article.address}/").content.decode()
    assert article.title.split()[0] in shown
    assert f"comment-{article.thread.comments.all()[0].pk}" in shown
    assert f"/{article.address}/" in Client().get("/search/", {"q": f'"{article.title}"'}).content.decode()
    assert (
        Client()
        .get(f"/?p={Redirect.objects.filter(redirect_page=article).get().old_path.rpartition('=')[2]}")["Location"]
        .endswith(f"/{article.address}/")
    )
    article.title = "Changed by an editor"
    article.save_revision().publish()
    assert "Changed by an editor" in Client().get(f"/{article.address}/").content.decode()
    assert ReferenceIndex.objects.filter(object_id=str(article.pk), model_path="section").exists()
