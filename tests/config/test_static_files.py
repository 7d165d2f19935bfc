"""Style sheets, scripts and fonts are answered before Django; these tests have no database to ask."""

import gzip
from collections.abc import Iterable
from pathlib import Path

import brotli
import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from broadsheet.config.page_server import page_server
from broadsheet.config.settings import STORAGES
from broadsheet.config.static_files import with_static_files
from broadsheet.pagecache.server import Application, Environ, StartResponse
from tests.pagecache.readers import ask

WRITTEN = b"body { margin: 0 }\n" * 100
PLAIN, LIKE_HASHED = "/static/paper.css", "/static/old.0123456789ab.css"


@pytest.fixture
def hashed(tmp_path: Path, settings: Settings) -> str:
    """The address of a style sheet with its digest, where it was gathered as `serve` gathers it."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("paper.css", "old.0123456789ab.css"):
        (source / name).write_bytes(WRITTEN)
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path / "static", [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.BAKED_PAGES = tmp_path / "baked"
    call_command("collectstatic", interactive=False, verbosity=0)
    (found,) = settings.STATIC_ROOT.glob("paper.*.css")
    return f"/static/{found.name}"


def behind(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Stands where Django stood."""
    start_response("404 Not Found", [])
    return [b"asked"]


def test_with_all_of_the_paper_behind_them_no_database_is_asked(hashed: str) -> None:
    paper = page_server(with_static_files(get_wsgi_application()))
    for path in (hashed, PLAIN, f"{PLAIN}?p=1"):
        answered = ask(paper, path)
        assert (answered.status, answered.body) == (200, WRITTEN)


def test_a_name_with_a_digest_is_kept_for_ever_and_any_other_for_an_hour(hashed: str) -> None:
    files = with_static_files(behind)
    assert ask(files, hashed).headers["cache-control"] == "max-age=315360000, public, immutable"
    for path in (PLAIN, LIKE_HASHED):
        assert ask(files, path).headers["cache-control"] == "max-age=3600, public"


def test_they_are_packed_as_the_reader_wishes(hashed: str) -> None:
    files = with_static_files(behind)
    packed = {name: ask(files, hashed, accept_encoding=name) for name in ("br", "gzip", "zstd")}
    assert (
        brotli.decompress(packed["br"].body) == gzip.decompress(packed["gzip"].body) == packed["zstd"].body == WRITTEN
    )
    assert {name: answered.headers.get("content-encoding") for name, answered in packed.items()} == {
        "br": "br", "gzip": "gzip", "zstd": None,
    }  # fmt: skip
    assert {answered.headers["vary"] for answered in packed.values()} == {"Accept-Encoding"}


def test_a_part_the_headers_alone_and_nothing_new_are_answered_as_such(hashed: str) -> None:
    files = with_static_files(behind)
    part, headers = ask(files, hashed, range="bytes=5-9"), ask(files, hashed, "HEAD")
    assert (part.status, part.body, part.headers["content-range"]) == (206, WRITTEN[5:10], f"bytes 5-9/{len(WRITTEN)}")
    assert (headers.status, headers.body, headers.headers["content-length"]) == (200, b"", str(len(WRITTEN)))
    again = ask(files, hashed, if_none_match=headers.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_they_are_as_safe_as_with_djangos_middleware(hashed: str, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    answered = ask(with_static_files(behind), hashed).headers
    assert answered["strict-transport-security"] == "max-age=31536000"
    assert answered["x-content-type-options"] == "nosniff"
    assert answered["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answered["cross-origin-opener-policy"] == "same-origin"
    assert answered["access-control-allow-origin"] == "*"  # fonts, for whoever puts a CDN in front


@pytest.mark.parametrize("path", ["/", "/static/", "/static/nothing.css", "/static/paper.css.gz", "/static/../static/"])
def test_everything_else_is_handed_on(path: str, hashed: str) -> None:
    answered = ask(with_static_files(behind), path)
    assert (answered.status, answered.body) == (404, b"asked")


def test_a_file_that_is_being_worked_on_is_answered_as_it_is_now(hashed: str, settings: Settings) -> None:
    settings.DEBUG = True
    files: Application = with_static_files(behind)
    (settings.STATICFILES_DIRS[0] / "paper.css").write_bytes(b"body { margin: 1px }")
    assert ask(files, PLAIN).body == b"body { margin: 1px }"
    assert ask(files, hashed).body == WRITTEN
