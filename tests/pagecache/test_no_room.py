"""A disk that is full, an index that cannot be written, a clock that stands still: what is baked stays, or goes."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine

from broadsheet.pagecache.index import is_out_of_reach
from broadsheet.pagecache.memory import identity_of
from broadsheet.pagecache.pages import Page
from broadsheet.pagecache.store import Store

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def page(path: str, *keys: str, body: bytes = b"The tide is in.") -> Page:
    return Page(path, body, HTML, frozenset({"paper", *keys}))


def always() -> bool:
    return False


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two pages of one section, and one of another."""
    store = Store(tmp_path / "baked")
    for path, key in (("/tides/one/", "tides"), ("/tides/two/", "tides"), ("/harbour/", "harbour")):
        assert store.keep(page(path, key), unless=always)
    return store


@contextmanager
def no_room() -> Iterator[None]:
    """The limit stands for a full disk, and holds for root too."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def baked(store: Store) -> list[str]:
    return sorted(str(file.relative_to(store.files.pages).parent) for file in store.files.pages.rglob("index.html"))


def test_a_page_that_finds_no_room_drives_no_other_out(store: Store) -> None:
    with no_room(), pytest.raises(OSError, match="cannot be written"):
        store.keep(page("/new/", "new"), unless=always)
    assert baked(store) == ["harbour", "tides/one", "tides/two"]
    assert store.keep(page("/new/", "new"), unless=always)


def test_what_is_removed_goes_from_a_full_disk_too_and_nothing_else_does(store: Store) -> None:
    with no_room():
        assert store.remove(["tides"]) == 2
        assert baked(store) == ["harbour"]
    assert store.remove(["tides"]) == 2  # the index could not forget them, which harms nobody
    assert store.remove(["tides"]) == 0
    assert baked(store) == ["harbour"]


def test_an_index_that_is_damaged_is_begun_anew(store: Store) -> None:
    store.index.file.write_bytes(b"scribbled over by a faulty disk" * 400)
    with pytest.raises(OSError, match="cannot be written"):
        store.keep(page("/new/", "new"), unless=always)
    assert baked(store) == []
    assert store.keep(page("/new/", "new"), unless=always)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_IOERR_WRITE, True),
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_BUSY, True),
        (sqlite3.SQLITE_CORRUPT, False),
        (sqlite3.SQLITE_NOTADB, False),
        (sqlite3.SQLITE_ERROR, False),  # e.g. a table that is missing
        (None, False),
    ],
)
def test_only_what_passes_leaves_the_index_as_it_is(code: int | None, *, expected: bool) -> None:
    error = sqlite3.OperationalError()
    if code is not None:
        error.sqlite_errorcode = code
    assert is_out_of_reach(error) is expected


def test_two_versions_are_told_apart_whatever_the_clock_says(store: Store) -> None:
    """The disk may give the second file the number of the first; both are as long, so the time is all that is left."""
    seen = set()
    with time_machine.travel("2026-11-23 12:00:00+00:00", tick=False):
        for number in range(200):
            file = store.keep(page("/tides/one/", "tides", body=b"%3d feet of water." % number), unless=always)
            assert file
            identity = identity_of(file)
            assert identity
            seen.add(identity[1:])
            store.remove(["tides"])
    assert len(seen) == 200
