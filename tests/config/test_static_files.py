"""Static files are served before Django; these tests have no database."""

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

CONTENT = b"body { margin: 0 }\n" * 100
PLAIN, LIKE_HASHED = "/static/paper.css", "/static/old.0123456789ab.css"


@pytest.fixture
def hashed(tmp_path: Path, settings: Settings) -> str:
    """Collect the static files as `serve` does, and return the URL of a style sheet with a digest in its name."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("paper.css", "old.0123456789ab.css"):
        (source / name).write_bytes(CONTENT)
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path / "static", [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.BAKED_PAGES = tmp_path / "baked"
    call_command("collectstatic", interactive=False, verbosity=0)
    (file,) = settings.STATIC_ROOT.glob("paper.*.css")
    return f"/static/{file.name}"


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Take the place of Django."""
    start_response("404 Not Found", [])
    return [b"from Django"]


def test_static_files_need_no_database(hashed: str) -> None:
    paper = page_server(with_static_files(get_wsgi_application()))
    for path in (hashed, PLAIN, f"{PLAIN}?p=1"):
        answered = ask(paper, path)
        assert (answered.status, answered.body) == (200, CONTENT)


def test_hashed_names_are_immutable_and_others_expire_after_an_hour(hashed: str) -> None:
    files = with_static_files(application)
    assert ask(files, hashed).headers["cache-control"] == "max-age=315360000, public, immutable"
    for path in (PLAIN, LIKE_HASHED):
        assert ask(files, path).headers["cache-control"] == "max-age=3600, public"


def test_the_accepted_encoding_is_used(hashed: str) -> None:
    files = with_static_files(application)
    packed = {name: ask(files, hashed, accept_encoding=name) for name in ("br", "gzip", "zstd")}
    assert (
        brotli.decompress(packed["br"].body) == gzip.decompress(packed["gzip"].body) == packed["zstd"].body == CONTENT
    )
    assert {name: answered.headers.get("content-encoding") for name, answered in packed.items()} == {
        "br": "br", "gzip": "gzip", "zstd": None,
    }  # fmt: skip
    assert {answered.headers["vary"] for answered in packed.values()} == {"Accept-Encoding"}


def test_range_head_and_conditional_requests_are_supported(hashed: str) -> None:
    files = with_static_files(application)
    part, headers = ask(files, hashed, range="bytes=5-9"), ask(files, hashed, "HEAD")
    assert (part.status, part.body, part.headers["content-range"]) == (206, CONTENT[5:10], f"bytes 5-9/{len(CONTENT)}")
    assert (headers.status, headers.body, headers.headers["content-length"]) == (200, b"", str(len(CONTENT)))
    again = ask(files, hashed, if_none_match=headers.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_static_files_have_the_headers_of_djangos_security_middleware(hashed: str, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    answered = ask(with_static_files(application), hashed).headers
    assert answered["strict-transport-security"] == "max-age=31536000"
    assert answered["x-content-type-options"] == "nosniff"
    assert answered["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answered["cross-origin-opener-policy"] == "same-origin"
    assert answered["access-control-allow-origin"] == "*"  # fonts, for whoever puts a CDN in front


@pytest.mark.parametrize("path", ["/", "/static/", "/static/nothing.css", "/static/paper.css.gz", "/static/../static/"])
def test_other_paths_reach_the_application(path: str, hashed: str) -> None:
    answered = ask(with_static_files(application), path)
    assert (answered.status, answered.body) == (404, b"from Django")


def test_with_debug_a_file_is_served_as_it_is_now(hashed: str, settings: Settings) -> None:
    settings.DEBUG = True
    files: Application = with_static_files(application)
    (settings.STATICFILES_DIRS[0] / "paper.css").write_bytes(b"body { margin: 1px }")
    assert ask(files, PLAIN).body == b"body { margin: 1px }"
    assert ask(files, hashed).body == CONTENT
