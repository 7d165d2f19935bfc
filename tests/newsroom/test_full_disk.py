"""A full disk: an editor's photograph and a reader's size of it are refused in words, and nothing half is kept."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings
from wagtail.images.models import Filter
from wagtail.images.views.serve import generate_image_url

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import Photo, PhotoRendition
from broadsheet.newsroom.pictures import sources_of
from tests.factories.accounts import signed_in
from tests.factories.newsroom import jpeg_file, photo
from tests.newsroom.desk import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()  # it remembers sizes of photographs that had the same number


class FullDisk(FileSystemStorage):
    """A disk on which nothing can be written any more."""

    def _save(self, name: str, content: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")


class FullHalfway(FileSystemStorage):
    """A disk that has room for the beginning of a file."""

    def _save(self, name: str, content: Any) -> str:
        super()._save(name, ContentFile(content.read(100)))  # type: ignore[misc]
        raise OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def stored_on(storage: FileSystemStorage, *, model: type[models.Model] = PhotoRendition) -> Iterator[None]:
    field: Any = model._meta.get_field("file")
    usual, field.storage = field.storage, storage
    try:
        yield
    finally:
        field.storage = usual


@contextmanager
def full_database() -> Iterator[None]:
    """A database whose disk is full: it cannot grow (SQLite), or says so at each new size (PostgreSQL)."""
    table, raising = PhotoRendition._meta.db_table, "RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'"
    if connection.vendor == "sqlite":
        said(f"PRAGMA max_page_count = {said('PRAGMA page_count')}")
        yield
        said("PRAGMA max_page_count = 1073741823")
    else:
        said(f"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raising}; END $$")
        said(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()")
        yield
        said("DROP FUNCTION no_room() CASCADE")


def said(statement: str) -> Any:
    """Tells the database something, and returns what it answers, if it does."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def sizes_on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.glob("images/*") if path.is_file()]


def test_a_full_disk_is_explained_to_the_editor_and_no_file_is_left() -> None:
    words = {"title": "Harbour", "credit": "Ilo Brandt", "description": "", "tags": "", "file": jpeg_file()}
    with stored_on(FullDisk(), model=Photo):
        answer = signed_in(Role.EDITOR).post(reverse("wagtailimages:add"), words, follow=True)
    assert answer.status_code == 507
    assert "because the paper’s disk is full" in words_of(answer)
    assert not Photo.objects.exists()


@pytest.mark.parametrize("storage", [FullDisk(), FullHalfway()], ids=["at once", "halfway"])
def test_a_rendition_on_a_full_disk_is_refused_and_no_file_is_left(
    storage: FileSystemStorage, client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = photo(size=(900, 600))
    with stored_on(storage):
        answer = client.get(sources_of(made).fallback)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert "cannot be shown in this size at the moment because our disk is full" in words_of(answer)
    assert not answer.headers.get("Cache-Control")
    assert not PhotoRendition.objects.exists()
    assert not sizes_on_disk(tmp_path)
    told = [record for record in caplog.records if record.name.startswith("broadsheet")]
    assert [record.getMessage() for record in told] == [
        f"The disk is full: photograph {made.pk} could not be stored as width-800|format-jpeg|jpegquality-76."
    ]


def test_a_rendition_is_made_once_the_disk_has_room(client: Client) -> None:
    address = sources_of(photo(size=(900, 600))).fallback
    with stored_on(FullHalfway()):
        client.get(address)
    answer = client.get(address)
    assert answer.status_code == 200
    with Image.open(BytesIO(b"".join(answer.streaming_content))) as shown:  # type: ignore[attr-defined]
        shown.load()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_full_database_refuses_a_rendition_like_a_full_disk(client: Client, tmp_path: Path) -> None:
    made = photo(size=(20, 20))

    def status(width: int) -> int:
        answer = client.get(generate_image_url(made, f"width-{width}|format-jpeg", viewname="newsroom:photo"))
        answer.close()
        return answer.status_code

    with full_database():
        kept = list(takewhile(lambda told: told == 200, map(status, range(1, 400))))
        assert status(400) == 503
    assert len(sizes_on_disk(tmp_path)) == PhotoRendition.objects.count() == len(kept)
    assert status(400) == 200


def test_another_disk_error_is_not_reported_as_a_full_disk(client: Client) -> None:
    class Broken(FileSystemStorage):
        def _save(self, name: str, content: Any) -> str:
            raise OSError(errno.EIO, "Input/output error")

    with stored_on(Broken()), pytest.raises(OSError, match="Input/output error"):
        client.get(sources_of(photo()).fallback)


def test_a_rendition_is_complete_when_temporary_files_have_no_room() -> None:
    """The limit stands for a full disk: what a program writes beyond it is cut off without a word."""
    grain = BytesIO()
    Image.effect_noise((800, 600), 90).save(grain, "JPEG")
    made = Photo.objects.create(title="Grain", credit="Ilo", file=SimpleUploadedFile("grain.jpg", grain.getvalue()))
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, usual[1]))
    try:
        size = made.generate_rendition_file(Filter("width-400|format-jpeg"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert size.size > 4000
    with Image.open(size) as whole:
        whole.load()
