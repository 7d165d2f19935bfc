"""What an editor decides at publication: that the article is complete, its date, small change or update; and copies."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import streamfield

from broadsheet.accounts.states import Role
from broadsheet.discussion.models import Thread
from broadsheet.newsroom.errors import IncompleteArticle
from broadsheet.newsroom.models import ArticlePage, Photo, SectionPage
from tests.factories import discussion
from tests.factories.accounts import signed_in
from tests.factories.newsroom import article, draft, paper, photo, section
from tests.newsroom.desk import PUBLISH, SUBMIT, article_form, corrections, create, edit, moment, words_of

pytestmark = pytest.mark.django_db

DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)
NO_ALT = "Please describe the photograph for readers who cannot see it."
NO_CREDIT = "This photograph has no credit. Please edit it and name the photographer."
NO_PICTURE_ALT = "A picture in the text has neither a caption nor an alt text."
NO_PICTURE_CREDIT = "A picture in the text has no credit."
BLOCK = "A part of the text is not complete."


@pytest.fixture
def harbour() -> SectionPage:
    return section("Harbour")


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


def only_article() -> ArticlePage:
    found: ArticlePage = ArticlePage.objects.get()
    return found


# Drafts --------------------------------------------------------------------------------------------------------------


def uncredited() -> Photo:
    made = photo()
    Photo.objects.filter(pk=made.pk).update(credit="")
    made.refresh_from_db()
    return made


def picture(shown: Photo, **words: str) -> list[tuple[str, Any]]:
    return [("picture", {"photo": shown, "caption": "", "alt": "", **words})]


LACKING: dict[str, Callable[[], dict[str, Any]]] = {
    NO_ALT: lambda: {"lead_image": photo()},
    NO_CREDIT: lambda: {"lead_image": uncredited(), "lead_alt": "A boat"},
    NO_PICTURE_ALT: lambda: {"body": picture(photo())},
    NO_PICTURE_CREDIT: lambda: {"body": picture(uncredited(), alt="A boat")},
    BLOCK: lambda: {"body": [("quote", {"text": "", "attribution": "Ruth Amsel"})]},
}


def by_bulk(editor: Client, made: ArticlePage) -> str:
    made.save_revision()
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    return words_of(editor.post(f"{address}?id={made.pk}&next=/cms/"))


def by_workflow(editor: Client, made: ArticlePage) -> str:
    made.save_revision()
    made.get_workflow().start(made, None)
    task = made.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[made.pk, "approve", task.pk])
    answer = words_of(editor.post(address))
    task.refresh_from_db()
    assert task.status == "in_progress"
    return answer


def by_code(editor: Client, made: ArticlePage) -> str:
    with pytest.raises(IncompleteArticle) as refusal:
        made.save_revision().publish()
    return str(refusal.value)


def by_schedule(editor: Client, made: ArticlePage) -> str:
    made.go_live_at = timezone.now() + timedelta(days=1)
    return by_code(editor, made)


@pytest.mark.parametrize("road", [by_bulk, by_workflow, by_code, by_schedule])
@pytest.mark.parametrize("lacking", LACKING)
def test_no_road_publishes_what_is_not_complete(lacking: str, road: Any, harbour: SectionPage, editor: Client) -> None:
    made = draft(harbour, **LACKING[lacking]())
    assert lacking in road(editor, made)
    assert not only_article().live
    assert only_article().scheduled_revision is None


def form_with(fields: dict[str, Any]) -> dict[str, Any]:
    if "body" in fields:
        ((kind, value),) = fields["body"]
        ids = {name: str(part.pk) if isinstance(part, Photo) else part for name, part in value.items()}
        return article_form(body=streamfield([(kind, ids)]))
    return article_form(lead_image=str(fields["lead_image"].pk), lead_alt=fields.get("lead_alt", ""))


@pytest.mark.parametrize("lacking", LACKING)
def test_the_form_saves_a_draft_that_is_not_complete_and_asks_at_publication(
    lacking: str, harbour: SectionPage, editor: Client
) -> None:
    form = form_with(LACKING[lacking]())
    create(editor, harbour, form)
    made = only_article()
    for action in (PUBLISH, SUBMIT):
        answer = edit(editor, made, form, **action)
        asked = answer.context["form"].errors.as_data()
        if lacking == BLOCK:
            assert "required" in str(asked["body"][0].block_errors[0].as_json_data())
        elif "text" in lacking and "picture" in lacking:
            assert lacking in str(asked["body"][0].non_block_errors)
        else:
            assert lacking in words_of(answer)
        assert not only_article().live
        assert not only_article().current_workflow_state


@pytest.mark.parametrize("headline", ["?!", "🔥", "港の噂", "…"])
def test_a_headline_of_signs_gets_an_address(headline: str, harbour: SectionPage, editor: Client) -> None:
    for _ in range(2):
        create(editor, harbour, article_form(headline, slug=""), **PUBLISH)
    assert [made.live for made in ArticlePage.objects.all()] == [True, True]
    assert len(set(ArticlePage.objects.values_list("address", flat=True))) == 2


# Small changes and updates -------------------------------------------------------------------------------------------


def published_yesterday(editor: Client, harbour: SectionPage) -> ArticlePage:
    with time_machine.travel(DAY, tick=False):
        create(editor, harbour, article_form(), **PUBLISH)
    return only_article()


def change(editor: Client, made: ArticlePage, **fields: Any) -> ArticlePage:
    with time_machine.travel(DAY + timedelta(days=1), tick=False):
        edit(editor, made, article_form("Dredger brings up two anchors", **fields), **PUBLISH)
    found = only_article()
    assert found.title == "Dredger brings up two anchors"
    return found


SURFACES = ["/2019/03/28/dredger/", "/feed/atom/", "/sitemap.xml", "/sitemap-articles-1.xml"]


def dated_tomorrow(client: Client) -> list[str]:
    with time_machine.travel(DAY + timedelta(days=1, minutes=1), tick=False):
        pages = {path: client.get(path).content.decode() for path in SURFACES}
    return [path for path, text in pages.items() if "2019-03-29" in text]


def test_a_small_change_is_no_update_anywhere(harbour: SectionPage, editor: Client, client: Client) -> None:
    made = change(editor, published_yesterday(editor, harbour), is_update="False")
    assert made.updated_at is None
    assert dated_tomorrow(client) == []
    assert "Updated" not in words_of(client.get(SURFACES[0]))


def test_an_update_is_told_everywhere(harbour: SectionPage, editor: Client, client: Client) -> None:
    made = change(editor, published_yesterday(editor, harbour), is_update="True")
    assert made.updated_at == DAY + timedelta(days=1)
    assert dated_tomorrow(client) == SURFACES
    assert "Updated" in words_of(client.get(SURFACES[0]))


def test_a_new_correction_is_an_update(harbour: SectionPage, editor: Client) -> None:
    made = change(editor, published_yesterday(editor, harbour), corrections=corrections(["It was two anchors."]))
    assert made.updated_at == DAY + timedelta(days=1)


def test_a_small_change_keeps_the_time_of_the_last_update(harbour: SectionPage, editor: Client) -> None:
    made = change(editor, published_yesterday(editor, harbour), is_update="True")
    with time_machine.travel(DAY + timedelta(days=2), tick=False):
        page = editor.get(reverse("wagtailadmin_pages:edit", args=[made.pk]))
        assert page.context["form"]["is_update"].value() is False
        edit(editor, made, article_form(), **PUBLISH)
    assert only_article().updated_at == DAY + timedelta(days=1)


def test_a_scheduled_update_is_dated_by_its_appearance(harbour: SectionPage, editor: Client) -> None:
    made = published_yesterday(editor, harbour)
    goes_out = moment(DAY + timedelta(hours=5))
    with time_machine.travel(DAY + timedelta(hours=1), tick=False):
        edit(editor, made, article_form(is_update="True", go_live_at=goes_out), **PUBLISH)
        assert only_article().updated_at is None
    with time_machine.travel(DAY + timedelta(hours=6), tick=False):
        call_command("publish_scheduled")
    assert only_article().updated_at == DAY + timedelta(hours=6)


def test_publishing_the_same_version_again_is_no_update(harbour: SectionPage, editor: Client) -> None:
    change(editor, published_yesterday(editor, harbour), is_update="True")
    only_article().get_latest_revision().publish()
    assert only_article().updated_at == DAY + timedelta(days=1)


def test_the_kind_of_change_is_asked_only_of_what_was_published(harbour: SectionPage, editor: Client) -> None:
    made = draft(harbour)
    form = editor.get(reverse("wagtailadmin_pages:edit", args=[made.pk])).context["form"]
    assert ("is_update" in form.fields, "published_at" in form.fields) == (False, True)
    form = editor.get(reverse("wagtailadmin_pages:edit", args=[article(harbour).pk])).context["form"]
    assert ("is_update" in form.fields, "published_at" in form.fields) == (True, False)


# The date of the article ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("saved_before", [False, True])
def test_an_old_article_gets_its_own_date(
    saved_before: bool, harbour: SectionPage, editor: Client, client: Client
) -> None:
    paper(time_zone="America/New_York")
    form = article_form(published_at="1998-07-04 23:30")
    if saved_before:
        create(editor, harbour, article_form())
        edit(editor, only_article(), form)
        edit(editor, only_article(), form, **PUBLISH)
    else:
        create(editor, harbour, form, **PUBLISH)
    made = only_article()
    assert made.address == "1998/07/04/dredger"
    assert made.published_at == datetime(1998, 7, 5, 3, 30, tzinfo=UTC)
    assert client.get("/1998/07/04/dredger/").status_code == 200
    assert made.title in words_of(client.get("/1998/07/04/"))
    assert "Updated" not in words_of(client.get("/1998/07/04/dredger/"))


def test_after_publication_the_date_and_the_address_stay(harbour: SectionPage, editor: Client) -> None:
    create(editor, harbour, article_form(published_at="1998-07-04 23:30"), **PUBLISH)
    edit(editor, only_article(), article_form(published_at="2001-01-01 12:00"), **PUBLISH)
    assert only_article().address == "1998/07/04/dredger"
    assert only_article().published_at == datetime(1998, 7, 4, 23, 30, tzinfo=UTC)


def test_an_old_article_that_is_scheduled_keeps_its_own_date(harbour: SectionPage, editor: Client) -> None:
    with time_machine.travel(DAY, tick=False):
        hours = {"go_live_at": moment(DAY + timedelta(hours=2)), "published_at": "1998-07-04 23:30"}
        create(editor, harbour, article_form(**hours), **PUBLISH)
        assert only_article().address is None
    with time_machine.travel(DAY + timedelta(hours=3), tick=False):
        call_command("publish_scheduled")
    assert only_article().address == "1998/07/04/dredger"


def test_a_date_to_come_is_refused(harbour: SectionPage, editor: Client) -> None:
    answer = create(editor, harbour, article_form(published_at="2099-01-01 08:00"), **PUBLISH)
    assert "Please set a schedule instead" in words_of(answer)
    assert not ArticlePage.objects.exists()


# Copies --------------------------------------------------------------------------------------------------------------


def copy(editor: Client, made: ArticlePage, **fields: str) -> ArticlePage:
    form = {"new_title": "Copy", "new_slug": "dredger-copy", "new_parent_page": str(made.get_parent().pk), **fields}
    editor.post(reverse("wagtailadmin_pages:copy", args=[made.pk]), form)
    found: ArticlePage = ArticlePage.objects.get(title="Copy")
    return found


def test_a_published_copy_is_a_new_article(harbour: SectionPage, editor: Client, client: Client) -> None:
    made = change(editor, published_yesterday(editor, harbour), corrections=corrections(["It was two anchors."]))
    discussion.published(made, text="I saw it.")
    now = datetime(2019, 6, 1, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        copied = copy(editor, made, publish_copies="on")
        assert copied.live
        assert copied.address == "2019/06/01/dredger-copy"
        assert (copied.published_at, copied.first_published_at, copied.edition_date) == (now, now, now.date())
        shown = words_of(client.get(f"/{copied.address}/"))
        edit(editor, copied, article_form("Copy", slug="dredger-copy"), **PUBLISH)
    assert "I saw it." not in shown
    assert "two anchors" not in shown.replace("Dredger brings up two anchors", "")
    assert "Updated" not in shown
    assert copied.corrections.count() == 0
    assert Thread.objects.get(article=copied).comments.count() == 0
    assert ArticlePage.objects.get(pk=copied.pk).address == "2019/06/01/dredger-copy"
    made.refresh_from_db()
    assert made.address == "2019/03/28/dredger"


def test_a_copied_draft_is_dated_by_its_own_publication(harbour: SectionPage, editor: Client) -> None:
    made = published_yesterday(editor, harbour)
    with time_machine.travel(datetime(2019, 6, 1, 12, tzinfo=UTC), tick=False):
        copied = copy(editor, made)
        assert (copied.live, copied.address, copied.first_published_at) == (False, None, None)
    with time_machine.travel(datetime(2019, 7, 1, 12, tzinfo=UTC), tick=False):
        edit(editor, copied, article_form("Copy", slug="dredger-copy"), **PUBLISH)
    assert ArticlePage.objects.get(pk=copied.pk).address == "2019/07/01/dredger-copy"


def test_a_copy_takes_no_schedule_along(harbour: SectionPage, editor: Client) -> None:
    with time_machine.travel(DAY, tick=False):
        create(editor, harbour, article_form(go_live_at=moment(DAY + timedelta(hours=2))), **PUBLISH)
        copied = copy(editor, only_article())
        assert (copied.go_live_at, copied.scheduled_revision) == (None, None)
        assert copied.get_latest_revision_as_object().go_live_at is None


def test_the_drafts_in_a_copied_section_are_dated_when_they_are_published(harbour: SectionPage, editor: Client) -> None:
    article(harbour, DAY, slug="live")
    draft(harbour, slug="dredger")
    form = {"new_title": "Port", "new_slug": "port", "new_parent_page": str(harbour.get_parent().pk)}
    with time_machine.travel(datetime(2019, 6, 1, 12, tzinfo=UTC), tick=False):
        answer = {**form, "copy_subpages": "on", "publish_copies": "on"}
        editor.post(reverse("wagtailadmin_pages:copy", args=[harbour.pk]), answer)
    copied = ArticlePage.objects.get(slug="dredger", section__slug="port")
    assert (copied.live, copied.first_published_at) == (False, None)
    assert ArticlePage.objects.get(slug="live", section__slug="port").address == "2019/06/01/live"


def test_no_alias_of_an_article_is_offered(harbour: SectionPage, editor: Client) -> None:
    made = article(harbour, DAY)
    address = reverse("wagtailadmin_pages:copy", args=[made.pk])
    assert "alias" not in editor.get(address).context["form"].fields
    copy(editor, made, alias="on")
    assert not Page.objects.filter(alias_of__isnull=False).exists()
