"""What the two machines of the campaign bake: three stories in a table, and an application that shows them."""

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
from broadsheet.pagecache.middleware import PositionMiddleware
from broadsheet.pagecache.server import Environ, StartResponse

HOUR = timedelta(hours=1)
STORIES = range(3)
SHOWN = {"/": [0, 1, 2], "/story/0/": [0], "/hour/": [2]}
MARK = re.compile(rb"(\d)@(\d+)")
UNPACKED = {".br": brotli.decompress, ".gz": gzip.decompress, ".zst": zstandard.decompress}
PADDING = "A sentence that makes the page worth compressing. " * 10
Floors = dict[int, int]
View = Callable[[str], tuple[str, bytes]]


class Application:
    """The application behind the front: notes the position, reads the stories one by one, and shows them."""

    def __init__(self, noted: Callable[[View], View]) -> None:
        self.view = noted(self._shown)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        status, body = self.view(environ["PATH_INFO"])
        start_response(status, [("Content-Type", "text/html; charset=utf-8")])
        return [body]

    def _shown(self, path: str) -> tuple[str, bytes]:
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        number = int(hour.timestamp() // HOUR.total_seconds())
        fragments.cacheable(*(f"story:{story}" for story in SHOWN[path]))
        if path == "/hour/":
            fragments.depends_on(until=hour + HOUR)
        rows = [_asked(story) for story in SHOWN[path]]
        lines = [f"{story}@{serial} {'stands' if stands else 'is gone'}" for story, serial, stands in rows]
        lines += [f"hour={number}"] if path == "/hour/" else []
        is_there = path == "/" or all(stands for _, _, stands in rows)
        return "200 OK" if is_there else "404 Not Found", "\n".join([*lines, PADDING]).encode()


def noted_first(view: View) -> View:
    """The position, taken before the first question, as the paper does it."""
    return cast("View", PositionMiddleware(cast("Any", view)))


def noted_afterwards(view: View) -> View:
    """The position, taken when the answer is there already: too late."""

    def asked(path: str) -> tuple[str, bytes]:
        answer = view(path)
        PositionMiddleware(lambda _: None)(path)  # type: ignore[arg-type, return-value]
        return answer

    return asked


def _asked(story: int) -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT story, serial, stands FROM baked_story WHERE story = %s", [story])
        row: tuple[int, int, int] = cursor.fetchone()
        return row


def make_stories() -> None:
    """Makes the stories' table."""
    tell("CREATE TABLE baked_story (story integer PRIMARY KEY, serial bigint NOT NULL, stands integer NOT NULL)")
    for story in STORIES:
        tell("INSERT INTO baked_story VALUES (%s, 0, 1)", [story])


def tell(sql: str, given: Iterable[int] = ()) -> None:
    """Changes the stories' table."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given])


def marks_of(file: Path) -> Floors:
    """What a file shows; nothing where it is none, is damaged, or is a packed copy of a page that is not there."""
    page = file.with_suffix("") if file.suffix in UNPACKED else file
    if file.name.startswith(".") or not page.is_file():
        return {}
    try:
        unpacked = UNPACKED.get(file.suffix, bytes)(file.read_bytes())
    except (brotli.error, OSError, EOFError, zlib.error, zstandard.ZstdError):
        return {}
    return marks_in(unpacked)


def marks_in(body: bytes) -> Floors:
    """The serial of each story that a page shows."""
    return {int(story): int(serial) for story, serial in MARK.findall(body)}


def damage(file: Path, how: str) -> None:
    """Makes a file what nobody has written."""
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(b"" if how == "shortened" else b"no such thing" * 100)
