"""Hours in /cms/ and at the desk are those of the paper, in summer and winter and where the clocks change."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data
from wagtail.users.models import UserProfile

from broadsheet.accounts.states import Role
from broadsheet.newsroom.forms import PaperTimeField
from broadsheet.newsroom.models import ArticlePage, FrontPage, FrontSection, FrontSlot, SectionPage
from tests.factories import accounts, discussion
from tests.factories.newsroom import article, draft, front_page, paper, plain_page, section
from tests.newsroom.desk import PUBLISH, article_form, create, edit, words_of

pytestmark = pytest.mark.django_db

NEW_YORK, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"
# What is typed, and the time that it stands for.
TIMES = [
    (NEW_YORK, "2026-07-15 08:00", datetime(2026, 7, 15, 12, tzinfo=UTC)),
    (NEW_YORK, "2026-01-15 08:00", datetime(2026, 1, 15, 13, tzinfo=UTC)),
    (LORD_HOWE, "2026-07-15 08:00", datetime(2026, 7, 14, 21, 30, tzinfo=UTC)),
    (LORD_HOWE, "2026-01-15 08:00", datetime(2026, 1, 14, 21, tzinfo=UTC)),
]
# Times that the clocks skip, and times that they show twice.
SKIPPED = [("Europe/London", "2027-03-28 01:30"), (NEW_YORK, "2026-03-08 02:30"), (LORD_HOWE, "2026-10-04 02:15")]
REPEATED = [("Europe/London", "2027-10-31 01:30"), (NEW_YORK, "2026-11-01 01:30"), (LORD_HOWE, "2026-04-05 01:45")]
BEFORE, SECOND = datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=1)


@pytest.fixture
def harbour() -> SectionPage:
    return section("Harbour")


PROFILES = {"without a profile": None, "with a profile": "", "with a time zone of their own": "Asia/Tokyo"}


def editor(time_zone: str | None = None) -> Client:
    """An editor at work, whose profile may have been given a time zone by an earlier version."""
    client = accounts.signed_in(Role.EDITOR)
    if time_zone is not None:
        UserProfile.objects.create(user_id=client.session["_auth_user_id"], current_time_zone=time_zone)
    return client


def in_page(client: Client, page: Any, name: str) -> tuple[str, str]:
    """The value of a field in the form of a page, and the help beside it."""
    soup = BeautifulSoup(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content, "html.parser")
    field = soup.find("input", {"name": name})
    assert isinstance(field, Tag)
    helped = soup.find(id=str(field["aria-describedby"]))
    assert isinstance(helped, Tag)
    return str(field.get("value", "")), all_words_of(str(helped))


def all_words_of(page: Any) -> str:
    """What is on a page of /cms/ with its dialogs, which stand in <template> and show the schedule."""
    text = page if isinstance(page, str) else page.content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


@pytest.mark.parametrize(("zone", "typed", "meant"), TIMES)
def test_a_schedule_is_typed_stored_and_shown_in_the_zone_of_the_paper(
    zone: str, typed: str, meant: datetime, harbour: SectionPage
) -> None:
    paper(time_zone=zone)
    client, a_year_later = editor(), typed.replace("2026", "2027")
    with time_machine.travel(BEFORE, tick=False):
        create(client, harbour, article_form(go_live_at=typed, expire_at=a_year_later))
        made = ArticlePage.objects.get()
        kept = made.get_latest_revision_as_object()
        assert (kept.go_live_at, kept.expire_at) == (meant, meant.replace(year=meant.year + 1))
        assert in_page(client, made, "go_live_at")[0] == typed
        assert in_page(client, made, "expire_at")[0] == a_year_later


@pytest.mark.parametrize(("zone", "typed", "meant"), TIMES)
def test_an_embargo_ends_on_the_clocks_of_the_paper(
    zone: str, typed: str, meant: datetime, harbour: SectionPage
) -> None:
    paper(time_zone=zone)
    with time_machine.travel(BEFORE, tick=False):
        create(editor(), harbour, article_form(go_live_at=typed), **PUBLISH)
    with time_machine.travel(meant - SECOND, tick=False):
        call_command("publish_scheduled")
        assert not ArticlePage.objects.get().live
    with time_machine.travel(meant + SECOND, tick=False):
        call_command("publish_scheduled")
        assert ArticlePage.objects.get().address == f"{typed[:10].replace('-', '/')}/dredger"


def front_form(**fields: Any) -> dict[str, Any]:
    rows = {"slots": inline_formset([]), "shown_sections": inline_formset([]), "comments": inline_formset([])}
    words = {"title": "Front", "slug": front_page().slug, "seo_title": "", "search_description": ""}
    return dict(nested_form_data({**words, **rows, "go_live_at": "", "expire_at": "", **fields}))


@pytest.mark.parametrize(("zone", "typed", "meant"), TIMES)
def test_a_pick_of_the_front_page_ends_on_the_clocks_of_the_paper(
    zone: str, typed: str, meant: datetime, harbour: SectionPage
) -> None:
    paper(time_zone=zone)
    picked, client = article(harbour, BEFORE), editor()
    slots = inline_formset([{"article": str(picked.pk), "until": typed}])
    chosen = inline_formset([{"section": str(harbour.pk), "article": "", "until": typed}])
    edit(client, front_page(), front_form(slots=slots, shown_sections=chosen), **PUBLISH)
    assert (FrontSlot.objects.get().until, FrontSection.objects.get().until) == (meant, meant)
    for relation in ("slots", "shown_sections"):
        value, helped = in_page(client, front_page(), f"{relation}-0-until")
        assert value == typed
        assert helped.endswith(f"In the time zone of the paper, {zone}.")


KINDS: dict[str, Callable[[], Page]] = {
    "article": draft,
    "section": section,
    "plain page": plain_page,
    "front page": front_page,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_zone_is_named_beside_each_field(kind: str) -> None:
    paper(time_zone=LORD_HOWE)
    page, client = KINDS[kind](), editor()
    for name in ("go_live_at", "expire_at"):
        assert in_page(client, page, name)[1] == "In the time zone of the paper, Australia/Lord_Howe."


@pytest.mark.parametrize(("zone", "typed"), [*SKIPPED, *REPEATED])
def test_an_hour_that_the_clocks_skip_or_show_twice_is_refused_in_words(
    zone: str, typed: str, harbour: SectionPage
) -> None:
    paper(time_zone=zone)
    with time_machine.travel(BEFORE, tick=False):
        told = all_words_of(create(editor(), harbour, article_form(go_live_at=typed)))
    how = "does not exist" if (zone, typed) in SKIPPED else "comes twice"
    day = datetime.fromisoformat(typed)
    assert f"{day:%H:%M} {how} on {day.day} {day:%B %Y}, because the clocks are put" in told
    assert f"({zone}). Please choose an earlier or a later time." in told
    assert not ArticlePage.objects.exists()


@pytest.mark.parametrize(("zone", "typed"), REPEATED)
@pytest.mark.parametrize("fold", [0, 1])
def test_a_stored_time_that_the_clocks_show_twice_survives_the_form(zone: str, typed: str, fold: int) -> None:
    made = paper(time_zone=zone)
    stored = datetime.fromisoformat(typed).replace(tzinfo=made.zone, fold=fold).astimezone(UTC)
    field = PaperTimeField()
    assert field.clean(field.prepare_value(stored)) == stored


@pytest.mark.parametrize("active", ["UTC", "Asia/Tokyo"])
@pytest.mark.parametrize(("zone", "typed", "meant"), TIMES)
def test_the_field_uses_the_zone_of_the_paper_whatever_zone_is_active(
    active: str, zone: str, typed: str, meant: datetime
) -> None:
    paper(time_zone=zone)
    with timezone.override(active):
        assert PaperTimeField().clean(typed) == meant
        assert f"{PaperTimeField().prepare_value(meant):%Y-%m-%d %H:%M}" == typed


def test_what_is_no_time_is_refused_as_before() -> None:
    assert PaperTimeField(required=False).clean("") is None
    with pytest.raises(Exception, match="Enter a valid date/time"):
        PaperTimeField().clean("tomorrow")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_state_of_a_scheduled_article_shows_the_clocks_of_the_paper(profile: str, harbour: SectionPage) -> None:
    paper(time_zone=NEW_YORK)
    client = editor(PROFILES[profile])
    with time_machine.travel(BEFORE, tick=False):
        create(client, harbour, article_form(go_live_at="2026-07-15 08:00"), **PUBLISH)
        shown = all_words_of(client.get(f"/cms/pages/{ArticlePage.objects.get().pk}/edit/"))
    assert "Go-live: 15 Jul 2026, 8 a.m." in shown


def test_a_comparison_of_versions_shows_the_clocks_of_the_paper(harbour: SectionPage) -> None:
    paper(time_zone=NEW_YORK)
    client, picked = editor(), article(harbour, BEFORE)
    front: FrontPage = front_page()
    first = front.save_revision()
    front.slots = [FrontSlot(article=picked, until=TIMES[0][2])]
    second = front.save_revision()
    shown = words_of(client.get(f"/cms/pages/{front.pk}/revisions/compare/{first.pk}...{second.pk}/"))
    assert "15 July 2026, 08:00 EDT" in shown
    assert "12:00" not in shown


def test_a_preview_shows_the_clocks_of_the_paper() -> None:
    paper(time_zone=NEW_YORK)
    made = draft(go_live_at=TIMES[0][2])
    made.save_revision()
    shown = words_of(editor("Asia/Tokyo").get(f"/cms/pages/{made.pk}/view_draft/"))
    assert "15 July 2026, 08:00 EDT" in shown


def test_the_account_offers_no_time_zone() -> None:
    page = editor("Asia/Tokyo").get("/cms/account/").content.decode()
    assert "preferred_language" in page
    assert "current_time_zone" not in page


def test_the_account_keeps_what_it_had_and_does_not_store_the_zone_of_the_paper() -> None:
    paper(time_zone=NEW_YORK)
    client = editor("")
    client.get("/cms/")
    client.get("/cms/account/")
    assert UserProfile.objects.get().current_time_zone == ""


@pytest.mark.parametrize(("zone", "_typed", "meant"), TIMES)
def test_the_desk_shows_the_clocks_of_the_paper(zone: str, _typed: str, meant: datetime) -> None:
    paper(time_zone=zone)
    with time_machine.travel(meant, tick=False):
        comment = discussion.pending()
        page = accounts.signed_in(Role.REVIEWER).get(reverse("desk:comment", args=[comment.pk])).content.decode()
    assert "08:00" in page
