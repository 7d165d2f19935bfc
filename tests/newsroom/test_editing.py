"""What editors do in /cms/: write, submit, publish, schedule, preview, compare, move, rename, correct."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.contrib.redirects.models import Redirect
from wagtail.test.utils.form_data import inline_formset

from broadsheet.accounts.states import Role
from broadsheet.newsroom.errors import IncompleteArticle
from broadsheet.newsroom.models import ArticlePage, SectionPage
from tests.factories.accounts import signed_in
from tests.factories.newsroom import article, author, draft, front_page, paper, photo, section
from tests.newsroom.desk import PUBLISH, SUBMIT, article_form, create, edit, moment, words_of

pytestmark = pytest.mark.django_db


DAY = datetime(2019, 3, 28, 12, tzinfo=UTC)


@pytest.fixture
def harbour() -> SectionPage:
    return section("Harbour")


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


@pytest.fixture
def reporter() -> Client:
    return signed_in(Role.REPORTER)


def only_article() -> ArticlePage:
    found: ArticlePage = ArticlePage.objects.get()
    return found


def test_a_reporter_writes_a_draft_and_an_editor_publishes_it(
    harbour: SectionPage, reporter: Client, editor: Client, client: Client
) -> None:
    create(reporter, harbour, article_form(), **SUBMIT)
    written = only_article()
    assert not written.live
    assert written.current_workflow_state
    edit(editor, written, article_form(), **PUBLISH)
    answer = client.get(only_article().get_absolute_url())
    assert answer.status_code == 200
    assert "Dredger brings up an anchor" in answer.content.decode()


def test_a_reporter_cannot_publish_even_by_hand(harbour: SectionPage, reporter: Client) -> None:
    create(reporter, harbour, article_form(), **PUBLISH)
    assert not only_article().live


def test_the_form_offers_a_reporter_no_publishing(harbour: SectionPage, reporter: Client, editor: Client) -> None:
    address = reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", harbour.pk])
    assert "action-publish" in editor.get(address).content.decode()
    assert "action-publish" not in reporter.get(address).content.decode()


def test_a_reviewer_at_cms_is_told_why_they_cannot_edit() -> None:
    answer = signed_in(Role.REVIEWER).get("/cms/")
    assert answer.status_code == 403
    assert "cannot write or edit articles" in words_of(answer)


def test_a_visitor_at_cms_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/cms/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    "address",
    [reverse("wagtailsettings:edit", args=["newsroom", "paper"]), reverse("wagtailredirects:index")],
)
def test_a_reporter_may_not_change_the_settings_of_the_paper(address: str, reporter: Client) -> None:
    answer = reporter.get(address, follow=True)
    assert "you do not have permission" in words_of(answer)


def test_an_editor_names_the_paper_and_its_zone(editor: Client, client: Client) -> None:
    address = reverse("wagtailsettings:edit", args=["newsroom", "paper"])
    form = {"name": "Courant", "tagline": "", "language": "en-gb", "time_zone": "Europe/Berlin", "contact": ""}
    editor.post(editor.get(address).headers.get("Location", address), {**form, "contact_email": ""}, follow=True)
    assert "Courant" in words_of(client.get("/"))


def test_an_unknown_time_zone_is_refused(editor: Client) -> None:
    address = reverse("wagtailsettings:edit", args=["newsroom", "paper"])
    form = {"name": "Courant", "tagline": "", "language": "en-gb", "time_zone": "Atlantis/Deep", "contact": ""}
    answer = editor.post(
        editor.get(address).headers.get("Location", address), {**form, "contact_email": ""}, follow=True
    )
    assert "“Atlantis/Deep” is not a time zone" in words_of(answer)


@pytest.mark.parametrize("kind", ["articlepage", "sectionpage", "plainpage"])
def test_every_field_that_an_editor_meets_first_has_a_help_text(
    kind: str, harbour: SectionPage, editor: Client
) -> None:
    parent = harbour if kind == "articlepage" else front_page()
    answer = editor.get(reverse("wagtailadmin_pages:add", args=["newsroom", kind, parent.pk]))
    form = answer.context["form"]
    explained = {bound.field_name: bound.help_text for bound in fields_of(answer.context["edit_handler"])}
    ours = {name for name in explained if name in form.fields and name not in WAGTAILS}
    assert ours
    assert [name for name in sorted(ours) if not explained[name]] == []


WAGTAILS = {
    "slug",
    "seo_title",
    "search_description",
    "show_in_menus",
    "go_live_at",
    "expire_at",
    "comment_notifications",
}


def fields_of(panel: Any) -> list[Any]:
    found = [panel] if getattr(panel, "field_name", None) and hasattr(panel, "bound_field") else []
    for child in getattr(panel, "children", []):
        found.extend(fields_of(child))
    return found


# Preview -------------------------------------------------------------------------------------------------------------


def test_an_article_that_was_never_saved_is_previewed_as_readers_will_see_it(
    harbour: SectionPage, reporter: Client
) -> None:
    paper(name="Courant")
    address = reverse("wagtailadmin_pages:preview_on_add", args=["newsroom", "articlepage", harbour.pk])
    assert reporter.post(address, article_form(tags="Ferry")).json()["is_valid"]
    shown = words_of(reporter.get(address))
    for words in ["Dredger brings up an anchor", "Harbour", "Nobody had missed it.", "Published", "Courant", "Ferry"]:
        assert words in shown
    assert not ArticlePage.objects.exists()


def test_a_draft_of_a_published_article_is_previewed_with_its_new_words_and_old_date(
    harbour: SectionPage, editor: Client
) -> None:
    made = article(harbour, DAY, slug="dredger")
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[made.pk])
    assert editor.post(address, article_form("Dredger brings up two anchors", slug="two-anchors")).json()["is_valid"]
    answer = editor.get(address)
    assert answer.status_code == 200
    assert "Dredger brings up two anchors" in words_of(answer)
    assert "28 March 2019" in words_of(answer)
    assert only_article().title == made.title


def test_a_saved_draft_can_be_looked_at(harbour: SectionPage, reporter: Client) -> None:
    create(reporter, harbour, article_form())
    answer = reporter.get(reverse("wagtailadmin_pages:view_draft", args=[only_article().pk]))
    assert "Nobody had missed it." in words_of(answer)


def test_two_revisions_are_compared(harbour: SectionPage, editor: Client) -> None:
    made = article(harbour, DAY, slug="dredger")
    made.save_revision()
    edit(editor, made, article_form("Dredger brings up two anchors"))
    first, second = made.revisions.order_by("pk")
    answer = editor.get(reverse("wagtailadmin_pages:revisions_compare", args=[made.pk, first.pk, second.pk]))
    assert "Dredger brings up two anchors" in words_of(answer)


# The clock -----------------------------------------------------------------------------------------------------------


def test_an_article_is_published_and_unpublished_on_schedule(
    harbour: SectionPage, editor: Client, client: Client
) -> None:
    with time_machine.travel(DAY, tick=False):
        hours = {"go_live_at": moment(DAY + timedelta(hours=2)), "expire_at": moment(DAY + timedelta(hours=4))}
        create(editor, harbour, article_form(**hours), **PUBLISH)
        assert not only_article().live
    with time_machine.travel(DAY + timedelta(hours=3), tick=False):
        call_command("publish_scheduled")
        assert client.get("/2019/03/28/dredger/").status_code == 200
    with time_machine.travel(DAY + timedelta(hours=5), tick=False):
        call_command("publish_scheduled")
        assert client.get("/2019/03/28/dredger/").status_code == 410


def test_a_scheduled_article_is_dated_by_its_appearance(harbour: SectionPage, editor: Client) -> None:
    with time_machine.travel(DAY, tick=False):
        create(editor, harbour, article_form(go_live_at=moment(DAY + timedelta(days=2))), **PUBLISH)
        assert only_article().address is None
    with time_machine.travel(DAY + timedelta(days=3), tick=False):
        call_command("publish_scheduled")
        assert only_article().address == "2019/03/31/dredger"


def test_two_scheduled_articles_of_one_slug_and_day_both_appear(editor: Client, client: Client) -> None:
    with time_machine.travel(DAY, tick=False):
        hours = {"go_live_at": moment(DAY + timedelta(hours=2))}
        create(editor, section("Harbour"), article_form("Dredger in the harbour", **hours), **PUBLISH)
        create(editor, section("Town"), article_form("Dredger in town", **hours), **PUBLISH)
    with time_machine.travel(DAY + timedelta(hours=3), tick=False):
        call_command("publish_scheduled")
        pages = [words_of(client.get(f"/2019/03/28/{slug}/")) for slug in ("dredger", "dredger-2")]
    # Which of them is the first is for the database to say.
    assert {page.partition(" · ")[0] for page in pages} == {"Dredger in the harbour", "Dredger in town"}


# Addresses -----------------------------------------------------------------------------------------------------------


def test_an_article_keeps_its_address_in_another_section_and_needs_no_redirect(
    harbour: SectionPage, editor: Client, client: Client
) -> None:
    made = article(harbour, DAY, slug="dredger")
    town = section("Town")
    address = reverse("wagtailadmin_pages:move_confirm", args=[made.pk, town.pk])
    assert editor.post(address).status_code == 302
    assert only_article().section_id == town.pk
    answer = client.get("/2019/03/28/dredger/")
    assert answer.status_code == 200
    assert answer.context["page"].section == town
    assert made.title in words_of(client.get("/town/"))
    assert made.title not in words_of(client.get("/harbour/"))
    assert not Redirect.objects.exists()


def test_a_changed_slug_leaves_a_redirect_from_the_dated_address(
    harbour: SectionPage,
    editor: Client,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made = article(harbour, DAY, slug="dredger")
    with django_capture_on_commit_callbacks(execute=True):
        edit(editor, made, article_form(slug="anchor"), **PUBLISH)
    assert client.get("/2019/03/28/anchor/").status_code == 200
    answer = client.get("/2019/03/28/dredger/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/2019/03/28/anchor/")


def test_a_slug_changed_back_makes_no_redirect_loop(
    harbour: SectionPage,
    editor: Client,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made = article(harbour, DAY, slug="dredger")
    for slug in ("anchor", "dredger"):
        with django_capture_on_commit_callbacks(execute=True):
            edit(editor, made, article_form(slug=slug), **PUBLISH)
    assert client.get("/2019/03/28/dredger/").status_code == 200
    assert client.get("/2019/03/28/anchor/", follow=True).status_code == 200


def test_a_second_article_of_the_day_with_the_same_slug_is_refused(editor: Client) -> None:
    article(section("Harbour"), timezone.now(), slug="dredger")
    answer = create(editor, section("Town"), article_form(), **PUBLISH)
    assert "already has this address. Please change its last part." in words_of(answer)
    assert ArticlePage.objects.count() == 1


@pytest.mark.parametrize("slug", ["archive", "cms", "desk", "feed", "search", "static", "tags", "2019"])
def test_an_address_of_the_paper_itself_is_refused(slug: str, editor: Client) -> None:
    address = reverse("wagtailadmin_pages:add", args=["newsroom", "sectionpage", front_page().pk])
    form = {"title": "Section", "slug": slug, "description": "", "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0}
    answer = editor.post(address, {**form, **PUBLISH}, follow=True)
    assert f"The paper uses the address /{slug}/ itself. Please choose another." in words_of(answer)
    assert not SectionPage.objects.exists()


def test_an_article_that_is_copied_gets_an_address_of_its_own(harbour: SectionPage, editor: Client) -> None:
    made = article(harbour, DAY, slug="dredger")
    form = {"new_title": "Copy", "new_slug": "dredger", "new_parent_page": section("Town").pk, "copy_subpages": ""}
    editor.post(reverse("wagtailadmin_pages:copy", args=[made.pk]), {**form, "publish_copies": "on", "alias": ""})
    addresses = set(ArticlePage.objects.values_list("address", flat=True))
    assert len(addresses) == 2
    assert "2019/03/28/dredger" in addresses


# Bylines, pictures, comments -----------------------------------------------------------------------------------------


def test_the_byline_keeps_the_order_and_the_roles(harbour: SectionPage, editor: Client, client: Client) -> None:
    ada, ilo = author("Ada Lindqvist"), author("Ilo Brandt")
    rows = [{"author": str(ilo.pk), "role": ""}, {"author": str(ada.pk), "role": "photographs"}]
    create(editor, harbour, article_form(byline=inline_formset(rows)), **PUBLISH)
    shown = words_of(client.get(only_article().get_absolute_url()))
    assert shown.index("Ilo Brandt") < shown.index("Ada Lindqvist") < shown.index("photographs")


ALT_TEXT = "Please describe the photograph for readers who cannot see it."


@pytest.mark.parametrize("schedule", ["", "2099-01-01 08:00"])
def test_a_lead_photograph_needs_an_alt_text_at_publication(
    schedule: str, harbour: SectionPage, editor: Client
) -> None:
    form = article_form(lead_image=str(photo().pk), go_live_at=schedule)
    assert ALT_TEXT in words_of(create(editor, harbour, form, **PUBLISH))
    assert not ArticlePage.objects.exists()
    create(editor, harbour, form)
    assert ALT_TEXT in words_of(edit(editor, only_article(), form, **PUBLISH))
    assert not only_article().live
    assert only_article().scheduled_revision is None


def test_a_draft_is_saved_without_an_alt_text(harbour: SectionPage, editor: Client, reporter: Client) -> None:
    form = article_form(lead_image=str(photo().pk))
    create(reporter, harbour, form)
    edit(reporter, only_article(), {**form, "deck": "Reworded."})
    assert only_article().get_latest_revision_as_object().deck == "Reworded."
    published = article(harbour, DAY, slug="published")
    edit(editor, published, {**form, "slug": "published", "deck": "A new version."})
    published.refresh_from_db()
    assert published.get_latest_revision_as_object().deck == "A new version."


def test_a_draft_without_an_alt_text_is_autosaved(harbour: SectionPage, editor: Client) -> None:
    made = draft(harbour)
    form = {**article_form(lead_image=str(photo().pk), slug=made.slug), "overwrite_revision_id": ""}
    headers = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}
    answer = editor.post(reverse("wagtailadmin_pages:edit", args=[made.pk]), form, headers=headers)
    assert (answer.status_code, answer.json()["success"]) == (200, True)


def test_no_road_to_publication_leaves_the_alt_text_out(harbour: SectionPage, editor: Client) -> None:
    made = draft(harbour, lead_image=photo(), title="Dredger")
    made.save_revision()
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    answer = editor.post(f"{bulk}?id={made.pk}&next=/cms/")
    assert answer.status_code == 422
    assert f"“Dredger” was not published because it is not complete. {ALT_TEXT}" in words_of(answer)
    for schedule in (None, timezone.now() + timedelta(days=1)):
        made.go_live_at = schedule
        with pytest.raises(IncompleteArticle):
            made.save_revision().publish()
    assert not only_article().live
    assert only_article().scheduled_revision is None


def test_what_was_scheduled_before_is_published_without_an_alt_text(harbour: SectionPage) -> None:
    made = draft(harbour, lead_image=photo(), go_live_at=DAY)
    revision = made.save_revision(approved_go_live_at=DAY)
    call_command("publish_scheduled")
    assert revision.pk
    assert only_article().live


def test_the_column_is_open_closed_or_closes_after_days(harbour: SectionPage) -> None:
    now = timezone.now()
    opened = article(harbour, now)
    closed = article(harbour, now, comment_policy="closed")
    young = article(harbour, now - timedelta(days=2), comment_policy="days", comment_days=3)
    old = article(harbour, now - timedelta(days=4), comment_policy="days", comment_days=3)
    assert [made.takes_comments for made in (opened, closed, young, old)] == [True, False, True, False]
    opened.unpublish()
    opened.refresh_from_db()
    assert not opened.takes_comments


# The machine room ----------------------------------------------------------------------------------------------------


def test_a_draft_is_autosaved_at_most_every_five_seconds(harbour: SectionPage, editor: Client) -> None:
    made = article(harbour, DAY)
    page = editor.get(reverse("wagtailadmin_pages:edit", args=[made.pk])).content.decode()
    interval = page.split("data-w-autosave-interval-value=")[1].split('"')[1]
    assert int(interval) >= 5000


def test_editing_loads_nothing_from_third_parties(harbour: SectionPage, editor: Client) -> None:
    made = article(harbour, DAY, lead_image=photo(), lead_alt="A dredger")
    for address in [
        "/cms/",
        f"/cms/pages/{made.pk}/edit/",
        f"/cms/pages/{harbour.pk}/",
        "/cms/images/",
        "/cms/account/",
    ]:
        answer = editor.get(address)
        assert answer.status_code == 200, address
        policy = answer.headers["Content-Security-Policy"]
        assert "http" not in policy
        for piece in answer.content.decode().split("<")[1:]:
            assert not loads_from_afar(piece), (address, piece[:200])


def loads_from_afar(tag: str) -> bool:
    name = tag.split(maxsplit=1)[0].lower() if tag.strip() else ""
    return name in {"script", "link", "img", "iframe", "source"} and any(
        f'{attribute}="{start}' in tag for attribute in ("src", "href", "srcset") for start in ("http", "//")
    )


def test_each_page_type_is_allowed_only_below_its_parent() -> None:
    assert SectionPage.can_create_at(front_page())
    assert not ArticlePage.can_create_at(front_page())
    assert ArticlePage.can_create_at(section("Harbour"))
    assert not SectionPage.can_create_at(SectionPage.objects.get())


def test_the_field_of_the_headline_is_called_so(harbour: SectionPage, editor: Client) -> None:
    page = editor.get(reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", harbour.pk]))
    assert 'placeholder="Headline"' in page.content.decode()
    assert "Page title" not in page.content.decode()
