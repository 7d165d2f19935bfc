"""/cms/ opens on the day: its articles and their states, the way to a new one, what needs attention, and no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from broadsheet.accounts.states import Role
from broadsheet.mail.models import Email
from broadsheet.newsroom.models import ArticlePage, SectionPage
from tests.factories import discussion
from tests.factories.accounts import administrator, signed_in
from tests.factories.newsroom import article, paper, photo, section
from tests.newsroom.desk import PUBLISH, SUBMIT, article_form, create, edit, words_of

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 7, 15, 13, tzinfo=UTC)  # 9 in the morning in New York


@pytest.fixture
def harbour() -> SectionPage:
    return section("Harbour")


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


def rows(client: Client) -> dict[str, str]:
    """The lines of the list by headline."""
    soup = BeautifulSoup(client.get("/cms/").content, "html.parser")
    lines = [" ".join(row.get_text(" ").split()) for row in soup.select(".today__list tbody tr")]
    return {line.split("!")[0]: line for line in lines}


def test_the_day_shows_each_article_with_its_state_and_the_clocks_of_the_paper(
    harbour: SectionPage, editor: Client
) -> None:
    paper(time_zone="America/New_York")
    with time_machine.travel(MORNING - timedelta(days=30), tick=False):
        create(editor, harbour, article_form("Old news!", slug="old"), **PUBLISH)
    with time_machine.travel(MORNING - timedelta(hours=2), tick=False):
        create(editor, harbour, article_form("Draft!", slug="draft"))
        create(editor, harbour, article_form("Later!", slug="later", go_live_at="2026-07-16 08:00"), **PUBLISH)
        create(signed_in(Role.REPORTER), harbour, article_form("Read me!", slug="waiting"), **SUBMIT)
        create(editor, harbour, article_form("Out!", slug="out"), **PUBLISH)
        create(editor, harbour, article_form("Gone!", slug="gone"), **PUBLISH)
        gone = ArticlePage.objects.get(slug="gone")
        editor.post(reverse("wagtailadmin_pages:unpublish", args=[gone.pk]))
    with time_machine.travel(MORNING, tick=False):
        shown = rows(editor)
    states = {"Later": "Scheduled", "Read me": "Waiting for review", "Draft": "Draft"}
    states |= {"Out": "Published", "Gone": "Taken off"}
    assert list(shown) == list(states)
    assert [state for headline, state in states.items() if state not in shown[headline]] == []
    assert "16 July 2026, 08:00 EDT" in shown["Later"]
    assert "15 July 2026, 07:00 EDT" in shown["Out"]


def test_a_newer_version_and_what_is_missing_are_told(harbour: SectionPage, editor: Client) -> None:
    create(editor, harbour, article_form("Out!", slug="out"), **PUBLISH)
    edit(editor, ArticlePage.objects.get(), article_form("Reworded!", slug="out", lead_image=str(photo().pk)))
    line = rows(editor)["Reworded"]
    assert "Published; a newer version is a draft" in line
    assert "Please describe the photograph" in line


def test_what_did_not_go_out_is_told(harbour: SectionPage, editor: Client) -> None:
    with time_machine.travel(MORNING, tick=False):
        create(editor, harbour, article_form("Late!", slug="late", go_live_at="2026-07-15 14:00"), **PUBLISH)
    for minutes, told in ((61, False), (64, True)):
        with time_machine.travel(MORNING + timedelta(minutes=minutes), tick=False):
            assert ("and has not been published" in words_of(editor.get("/cms/"))) == told


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REPORTER])
def test_one_button_leads_to_the_form(role: Role, harbour: SectionPage) -> None:
    client = signed_in(role)
    page = client.get("/cms/")
    assert 'href="/cms/write/"' in page.content.decode()
    form = client.get("/cms/write/", follow=True)
    assert form.context["form"]["filed_under"].value() == harbour.pk


def test_the_button_opens_the_section_in_which_the_editor_wrote_last(harbour: SectionPage, editor: Client) -> None:
    town = section("Town")
    create(editor, town, article_form())
    assert editor.get("/cms/write/", follow=True).context["form"]["filed_under"].value() == town.pk


def test_a_paper_without_sections_says_so(editor: Client) -> None:
    assert "The paper has no sections yet." in words_of(editor.get("/cms/"))
    assert editor.get("/cms/write/").headers["Location"] == "/cms/"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REPORTER])
def test_the_section_is_chosen_in_the_form_until_the_first_publication(role: Role, harbour: SectionPage) -> None:
    client, town = signed_in(role), section("Town")
    create(client, harbour, article_form(filed_under=str(town.pk)))
    made = ArticlePage.objects.get()
    assert made.section == town
    edit(client, made, article_form("Two anchors", filed_under=str(harbour.pk)))
    moved = ArticlePage.objects.get(pk=made.pk)
    assert (moved.section, moved.get_parent().specific) == (harbour, harbour)
    assert moved.get_latest_revision_as_object().title == "Two anchors"


def test_a_published_article_is_not_filed_elsewhere_by_its_form(harbour: SectionPage, editor: Client) -> None:
    made = article(harbour, slug="dredger")
    edit(editor, made, article_form(filed_under=str(section("Town").pk)), **PUBLISH)
    assert ArticlePage.objects.get().section == harbour


def test_reviewers_among_the_editors_see_how_many_comments_wait(harbour: SectionPage, editor: Client) -> None:
    discussion.pending(article(harbour))
    assert "/desk/" not in editor.get("/cms/").content.decode()
    assert "1 comment is waiting for review" in words_of(signed_in(Role.EDITOR, Role.REVIEWER).get("/cms/"))


def test_administrators_are_told_of_late_emails(editor: Client) -> None:
    Email.objects.create(purpose="test", recipient="a@b.example", subject="s", text="t", mailbox="m")
    Email.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=6))
    sentence = "1 email has been waiting for more than five minutes."
    assert sentence in words_of(administrator().get("/cms/"))
    assert sentence not in words_of(editor.get("/cms/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_as_many_queries_for_three_articles_as_for_one(
    count: int, harbour: SectionPage, editor: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        article(harbour)
    editor.get("/cms/")
    with django_assert_max_num_queries(40):
        editor.get("/cms/")


UNUSED = [
    "documents/", "sites/", "collections/", "workflows/list/", "workflows/tasks/index/", "reports/locked/",
    "reports/workflow/", "reports/workflow_tasks/", "reports/aging-pages/", "reports/page-types-usage/",
]  # fmt: skip


@pytest.mark.parametrize("address", UNUSED)
def test_what_the_paper_has_no_use_for_is_neither_shown_nor_there(address: str) -> None:
    client = administrator()
    assert f'/cms/{address}"' not in client.get("/cms/").content.decode()
    assert client.get(f"/cms/{address}").status_code == 404


def test_the_time_zone_is_chosen_from_a_list(editor: Client) -> None:
    paper(time_zone="America/Argentina/Buenos_Aires")
    page = editor.get(reverse("wagtailsettings:edit", args=["newsroom", "paper"]), follow=True)
    chosen = BeautifulSoup(page.content, "html.parser").select("select[name=time_zone] optgroup option[selected]")
    assert [option.get_text() for option in chosen] == ["Argentina/Buenos Aires"]


def test_the_review_is_named_in_a_sentence(harbour: SectionPage) -> None:
    reporter = signed_in(Role.REPORTER)
    shown = words_of(reporter.get(reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", harbour.pk])))
    assert "Submit for review" in shown
    assert "Submit to" not in shown
