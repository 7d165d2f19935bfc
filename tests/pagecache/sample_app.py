"""The application that the campaign bakes: three stories in a table, and the pages that show them."""

import gzip
import re
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import brotli
import zstandard
from django.db import connection

from broadsheet.pagecache import fragments
from broadsheet.pagecache.middleware import SnapshotMiddleware
from broadsheet.pagecache.server import Environ, StartResponse

HOUR = timedelta(hours=1)
STORIES = range(3)
SHOWN = {"/": [0, 1, 2], "/story/0/": [0], "/hour/": [2]}
MARK = re.compile(rb"(\d)@(\d+)")
DECOMPRESS = {".br": brotli.decompress, ".gz": gzip.decompress, ".zst": zstandard.decompress}
PADDING = "A sentence that makes the page worth compressing. " * 10
Floors = dict[int, int]
View = Callable[[str], tuple[str, bytes]]


class Application:
    """The application behind the page server: takes a snapshot, reads the stories one by one, and renders them."""

    def __init__(self, with_snapshot: Callable[[View], View]) -> None:
        self.view = with_snapshot(self._page)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        status, body = self.view(environ["PATH_INFO"])
        start_response(status, [("Content-Type", "text/html; charset=utf-8")])
        return [body]

    def _page(self, path: str) -> tuple[str, bytes]:
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        number = int(hour.timestamp() // HOUR.total_seconds())
        fragments.cacheable(*(f"story:{story}" for story in SHOWN[path]))
        if path == "/hour/":
            fragments.depends_on(until=hour + HOUR)
        rows = [_row(story) for story in SHOWN[path]]
        lines = [f"{story}@{serial} {'stands' if stands else 'is gone'}" for story, serial, stands in rows]
        lines += [f"hour={number}"] if path == "/hour/" else []
        is_there = path == "/" or all(stands for _, _, stands in rows)
        return "200 OK" if is_there else "404 Not Found", "\n".join([*lines, PADDING]).encode()


def snapshot_first(view: View) -> View:
    """Takes the snapshot before the first query, as the paper does."""
    return cast("View", SnapshotMiddleware(cast("Any", view)))


def snapshot_afterwards(view: View) -> View:
    """Takes the snapshot when the response is rendered already: too late."""

    def late(path: str) -> tuple[str, bytes]:
        response = view(path)
        SnapshotMiddleware(lambda _: None)(path)  # type: ignore[arg-type, return-value]
        return response

    return late


def _row(story: int) -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT story, serial, stands FROM baked_story WHERE story = %s", [story])
        row: tuple[int, int, int] = cursor.fetchone()
        return row


def make_stories() -> None:
    """Creates the table of stories."""
    execute("CREATE TABLE baked_story (story integer PRIMARY KEY, serial bigint NOT NULL, stands integer NOT NULL)")
    for story in STORIES:
        execute("INSERT INTO baked_story VALUES (%s, 0, 1)", [story])


def execute(sql: str, parameters: Iterable[int] = ()) -> None:
    """Changes the table of stories."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters])


def marks_of(file: Path) -> Floors:
    """The serials that a file shows; none if it is no file, damaged, or the compressed copy of a missing page."""
    page = file.with_suffix("") if file.suffix in DECOMPRESS else file
    if file.name.startswith(".") or not page.is_file():
        return {}
    try:
        body = DECOMPRESS.get(file.suffix, bytes)(file.read_bytes())
    except (brotli.error, OSError, EOFError, zlib.error, zstandard.ZstdError):
        return {}
    return marks_in(body)


def marks_in(body: bytes) -> Floors:
    """The serial of each story on a page."""
    return {int(story): int(serial) for story, serial in MARK.findall(body)}


def damage(file: Path, how: str) -> None:
    """Damages a file."""
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(b"" if how == "shortened" else b"no such thing" * 100)
