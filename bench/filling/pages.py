"""Fills a folder of baked pages, as if readers had asked for each of them."""

import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from broadsheet.bakery.pages import ENCODINGS, Page, digest_of, disk_size
from broadsheet.pagecache.actions import EVERYTHING, store

PIECE = 500
# So small that it is not packed: each page is one file in a folder of its own, and a hundred thousand are soon written.
TEXT = "<!doctype html><title>Ferry</title>" + "".join(f"<p>A ferry came to quay {n}.</p>" for n in range(10))
HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def bake(having: Mapping[str, int]) -> None:
    """Bakes so many pages with each of these keys, one after the other from /bench/0/0/ on."""
    kept = store()
    kept.index.count()  # which makes it
    bodies, first = Page("/", TEXT.encode(), HEADERS).encoded_bodies(), 0
    for key, many in having.items():
        names = [f"bench/{number % 1000}/{number}/index.html" for number in range(first, first + many)]
        for start in range(0, many, PIECE):
            _note(kept.index.file, names[start : start + PIECE], key, bodies)
        for name in names:
            _write(f"{kept.files.pages}/{name}", bodies)
        first += many


def _write(file: str, bodies: Mapping[str, bytes]) -> None:
    """A Path costs more than the deed."""
    os.makedirs(os.path.dirname(file))
    for encoding, body in bodies.items():
        with open(file + ENCODINGS.get(encoding, ""), "wb") as written:
            written.write(body)


def _note(file: Path, names: list[str], key: str, bodies: Mapping[str, bytes]) -> None:
    """In pieces: whoever would have to wait too long at the index takes it for damaged."""
    digests = json.dumps({encoding: digest_of(body) for encoding, body in bodies.items()})
    own = [json.dumps(HEADERS), digests, 0.0, None, disk_size(bodies)]
    rows = [(name, f"/{name.removesuffix('index.html')}", *own) for name in names]
    with closing(sqlite3.connect(file)) as index, index:
        index.execute("PRAGMA synchronous = OFF")
        index.executemany("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        index.executemany("INSERT INTO key VALUES (?, ?)", [(one, name) for name in names for one in (key, EVERYTHING)])
