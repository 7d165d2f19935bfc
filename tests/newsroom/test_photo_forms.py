"""Uploads are filled in from their metadata; photographs are whole on demand, and wait for the end of embargoes."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from broadsheet.accounts.states import Role
from broadsheet.newsroom.errors import PhotoUnderEmbargo
from broadsheet.newsroom.models import ArticlePage, Photo, PlainPage
from tests.factories.accounts import signed_in
from tests.factories.newsroom import article, draft, jpeg_file, paper, photo, picture_bytes, plain_page, section
from tests.newsroom.desk import PUBLISH, article_form, create, moment, words_of
from tests.newsroom.test_photo_metadata import XMP

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 11, 28, 9, 0, tzinfo=UTC)
EMBARGO = datetime(2031, 11, 28, 17, 0, tzinfo=UTC)
SENTENCE = "must not be published before 28 November 2031, 18:00 CET (Europe/Berlin)"
AJAX = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def editor() -> Iterator[Client]:
    with time_machine.travel(NOW, tick=False):
        paper(time_zone="Europe/Berlin")
        yield signed_in(Role.EDITOR)


def agency_file(xmp: str = XMP) -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_4711.jpg", picture_bytes("JPEG", xmp=xmp.encode()))


def upload(editor: Client, file: SimpleUploadedFile, **words: str) -> Any:
    empty = dict.fromkeys(
        ["title", "credit", "description", "caption", "copyright", "instructions", "embargo_until"], ""
    )
    form = {**empty, "title": "IMG 4711", "tags": "", **words}
    return editor.post(reverse("wagtailimages:add"), {**form, "file": file}, follow=True)


def check_filled(made: Photo) -> None:
    assert made.title == "Dredger in Brackwater"
    assert made.credit == "Ada Lindqvist / dpa"
    assert made.caption == "The dredger\nat work — Müller & Söhne"
    assert made.copyright == "© 2026 dpa"
    assert made.description == "A ship lifts mud."
    assert made.instructions.startswith("Sperrfrist: 28.11.2031, 18.00 Uhr.")
    assert made.embargo_until == EMBARGO


def test_empty_fields_are_filled_from_the_metadata(editor: Client) -> None:
    upload(editor, agency_file())
    check_filled(Photo.objects.get())


def test_what_the_editor_has_typed_wins(editor: Client) -> None:
    words = {"title": "Ship", "credit": "Courant", "caption": "Mud.", "description": "Grey.", "copyright": "Ours"}
    upload(editor, agency_file(), **words, instructions="Free.", embargo_until="2031-11-28 07:30")
    made = Photo.objects.get()
    assert {name: getattr(made, name) for name in words} == words
    assert made.instructions == "Free."
    assert made.embargo_until == datetime(2031, 11, 28, 6, 30, tzinfo=UTC)


def test_very_long_texts_are_cut_and_not_refused(editor: Client) -> None:
    upload(editor, agency_file(XMP.replace("dpa", "dpa " * 900).replace("A ship", "A ship " * 900)))
    made = Photo.objects.get()
    assert (len(made.credit), len(made.description)) == (160, 255)
    assert made.credit.endswith("…")


def test_the_form_of_a_stored_photograph_shows_and_keeps_the_embargo(editor: Client) -> None:
    upload(editor, agency_file())
    address = reverse("wagtailimages:edit", args=[Photo.objects.get().pk])
    page = BeautifulSoup(editor.get(address).content, "html.parser")
    assert page.select_one("[name=embargo_until]")["value"] == "2031-11-28 18:00"  # type: ignore[index]
    assert "Europe/Berlin" in page.get_text()
    names = ["title", "credit", "description", "copyright", "embargo_until"]
    words = {name: page.select_one(f"[name={name}]").get("value", "") for name in names}  # type: ignore[union-attr]
    editor.post(address, {**words, "caption": "Mud.", "instructions": "", "tags": ""})
    made = Photo.objects.get()
    assert (made.caption, made.instructions, made.embargo_until) == ("Mud.", "", EMBARGO)


def add_in_bulk(editor: Client, file: SimpleUploadedFile) -> Any:
    address = reverse("wagtailimages:add_multiple")
    return editor.post(address, {"title": "IMG_4711.jpg", "files[]": file}, headers=AJAX).json()


def test_one_of_several_uploads_is_filled_too(editor: Client) -> None:
    assert add_in_bulk(editor, agency_file())["success"]
    check_filled(Photo.objects.get())


def test_one_of_several_uploads_without_a_credit_shows_its_other_metadata(editor: Client) -> None:
    anonymous = XMP.replace('photoshop:Credit="dpa"', "").replace("<rdf:li>Ada Lindqvist</rdf:li>", "")
    told = add_in_bulk(editor, agency_file(anonymous))
    assert not Photo.objects.exists()
    form = BeautifulSoup(told["form"], "html.parser")
    prefix = f"uploaded-image-{told['uploaded_file_id']}"
    words = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
    words |= {str(field["name"]): field.get_text().lstrip("\r\n") for field in form.select("textarea[name]")}
    assert words[f"{prefix}-title"] == "Dredger in Brackwater"
    address = reverse("wagtailimages:create_multiple_from_uploaded_image", args=[told["uploaded_file_id"]])
    answer = editor.post(address, {**words, f"{prefix}-credit": "Ada Lindqvist / dpa"}, headers=AJAX).json()
    assert answer["success"]
    check_filled(Photo.objects.get())


@pytest.mark.parametrize("name", ["page.svg", "notes.jpg"])
def test_one_of_several_uploads_that_is_no_picture_is_refused_in_words(name: str, editor: Client) -> None:
    told = add_in_bulk(editor, SimpleUploadedFile(name, b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
    assert not told["success"]
    assert re.search("Not a supported image format|valid image", told["error_message"])


# Embargoes -----------------------------------------------------------------------------------------------------------


def body_with(made: Photo) -> Any:
    return [("picture", {"photo": made, "caption": "", "alt": ""})]


@pytest.fixture
def embargoed(editor: Client) -> Photo:
    return photo("The mayor", embargo_until=EMBARGO)


@pytest.mark.parametrize("place", ["lead", "body"])
@pytest.mark.parametrize("goes_live_at", [None, EMBARGO - timedelta(minutes=1)])
def test_no_road_publishes_a_photograph_before_its_embargo_ends(
    place: str, goes_live_at: datetime | None, embargoed: Photo, editor: Client
) -> None:
    harbour = section("Harbour")
    fields = {"lead_image": embargoed, "lead_alt": "A man."} if place == "lead" else {"body": body_with(embargoed)}
    made = draft(harbour, title="Dredger", go_live_at=goes_live_at, **fields)
    with pytest.raises(PhotoUnderEmbargo):
        made.save_revision().publish()
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    answer = editor.post(f"{bulk}?id={made.pk}&next=/cms/")
    assert answer.status_code == 422
    assert SENTENCE in words_of(answer)
    assert not ArticlePage.objects.get().live
    assert ArticlePage.objects.get().scheduled_revision is None


@pytest.mark.parametrize("place", ["lead", "body"])
def test_the_form_of_an_article_names_the_embargo_and_saves_the_draft(
    place: str, embargoed: Photo, editor: Client
) -> None:
    harbour, key = section("Harbour"), str(embargoed.pk)
    fields: dict[str, Any] = {"lead_image": key, "lead_alt": "A man."}
    if place == "body":
        fields = {"body": streamfield([("picture", {"photo": key, "caption": "", "alt": ""})])}
    answer = create(editor, harbour, article_form(**fields), **PUBLISH)
    assert SENTENCE in words_of(answer)
    assert "“The mayor”" in words_of(answer)
    assert not ArticlePage.objects.exists()
    create(editor, harbour, article_form(**fields))
    assert not ArticlePage.objects.get().live


def test_an_article_is_scheduled_for_the_end_of_the_embargo(embargoed: Photo, editor: Client) -> None:
    local = moment(EMBARGO.astimezone(ZoneInfo("Europe/Berlin")))
    form = article_form(lead_image=str(embargoed.pk), lead_alt="A man.", go_live_at=local)
    create(editor, section("Harbour"), form, **PUBLISH)
    assert ArticlePage.objects.get().scheduled_revision is not None
    with time_machine.travel(EMBARGO + timedelta(minutes=1), tick=False):
        call_command("publish_scheduled")
        assert ArticlePage.objects.get().live


def test_an_embargo_that_is_extended_after_the_scheduling_holds_the_article_back(
    embargoed: Photo, editor: Client
) -> None:
    made = draft(section("Harbour"), lead_image=embargoed, lead_alt="A man.", go_live_at=EMBARGO)
    made.save_revision().publish()
    Photo.objects.update(embargo_until=EMBARGO + timedelta(hours=2))
    for hours, is_live in [(1, False), (3, True)]:
        with time_machine.travel(EMBARGO + timedelta(hours=hours), tick=False):
            with suppress(CommandError):
                call_command("publish_scheduled")
            assert ArticlePage.objects.get().live == is_live


def test_a_plain_page_waits_for_the_embargo_too(embargoed: Photo) -> None:
    made = plain_page(body=body_with(embargoed), live=False)
    with pytest.raises(PhotoUnderEmbargo):
        made.save_revision().publish()
    assert not PlainPage.objects.get(pk=made.pk).live


def test_the_form_of_a_plain_page_names_the_embargo_and_loses_nothing(embargoed: Photo, editor: Client) -> None:
    made = plain_page(live=False)
    body = streamfield([("picture", {"photo": str(embargoed.pk), "caption": "Kept.", "alt": ""})])
    words = {"title": "About", "slug": made.slug, "deck": "", "body": body, "go_live_at": "", "expire_at": ""}
    form = nested_form_data({**words, "seo_title": "", "search_description": "", "comments": inline_formset([])})
    form |= {"comment_notifications": "", "action-publish": "action-publish"}
    answer = editor.post(reverse("wagtailadmin_pages:edit", args=[made.pk]), form, follow=True)
    assert answer.status_code == 200
    assert SENTENCE in words_of(answer)
    assert b"Kept." in answer.content


def test_an_embargo_that_has_ended_or_was_deleted_holds_nothing_back(editor: Client) -> None:
    for until in (timezone.now() - timedelta(minutes=1), None):
        made = draft(section(), lead_image=photo(embargo_until=until), lead_alt="A man.")
        made.save_revision().publish()
        assert ArticlePage.objects.get(pk=made.pk).live


# What readers see ----------------------------------------------------------------------------------------------------


def picture_on(made: ArticlePage, figure: str) -> Any:
    page = BeautifulSoup(Client().get(made.get_absolute_url()).content, "html.parser")
    found = page.select_one(figure)
    assert found is not None
    return found


@pytest.mark.parametrize(("is_whole", "shape"), [(True, (800, 1200)), (False, (800, 533))])
def test_a_portrait_is_whole_where_the_editor_wants_it(
    shape: tuple[int, int], *, is_whole: bool, editor: Client
) -> None:
    create(
        editor,
        section("Harbour"),
        article_form(
            lead_image=str(photo(size=(1000, 1500)).pk), lead_alt="Boats.", lead_is_whole="on" if is_whole else ""
        ),
        **PUBLISH,
    )
    image = picture_on(ArticlePage.objects.get(), ".lead-picture img")
    assert (int(image["width"]), int(image["height"])) == shape
    assert ("fill-800x533" in image["src"]) == (not is_whole)
    shared = BeautifulSoup(Client().get(ArticlePage.objects.get().get_absolute_url()).content, "html.parser")
    assert "fill-1200x675" in shared.select_one('meta[property="og:image"]')["content"]  # type: ignore[index]
    assert "fill-" in BeautifulSoup(Client().get("/").content, "html.parser").select_one(".teaser img")["src"]  # type: ignore[index]


def test_a_small_picture_is_not_shown_wider_than_it_is() -> None:
    small = photo(size=(300, 200))
    made = article(section("Harbour"), lead_image=small, lead_alt="Boats.", body=body_with(small))
    for figure in (".lead-picture img", ".body .picture img"):
        image = picture_on(made, figure)
        assert (image["class"], image["sizes"]) == (["small"], "(max-width: 300px) 100vw, 300px")
        assert re.findall(r" (\d+)w", image["srcset"]) == ["300"]


def test_the_caption_of_the_photograph_stands_where_the_article_has_none() -> None:
    boats = photo(caption="Boats in the harbour <of> Brackwater.")
    made = article(section("Harbour"), lead_image=boats, lead_alt="Boats.", body=body_with(boats))
    for figure in (".lead-picture figcaption", ".body figcaption"):
        assert "Boats in the harbour <of> Brackwater." in picture_on(made, figure).get_text()
    own = article(section("Town"), lead_image=boats, lead_alt="Boats.", lead_caption="Our own.")
    assert "Our own." in picture_on(own, ".lead-picture").get_text()
    assert "Brackwater" not in picture_on(own, ".lead-picture").get_text()


def test_terms_and_copyright_are_not_shown_to_readers() -> None:
    boats = photo(instructions="Never to be shown", copyright="Whoever it was")
    made = article(section("Harbour"), lead_image=boats, lead_alt="Boats.", body=body_with(boats))
    page = Client().get(made.get_absolute_url()).content
    assert b"Never to be shown" not in page
    assert b"Whoever it was" not in page


def test_an_imported_file_is_stored_without_metadata() -> None:
    made = Photo.objects.create(title="A", credit="B", file=jpeg_file(xmp=XMP.encode()))
    with made.file.open() as file:
        assert b"Lindqvist" not in file.read()
