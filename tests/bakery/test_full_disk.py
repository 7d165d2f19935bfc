"""A full disk, an index that cannot be written, a clock that stands still: purges are applied, other pages stay."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine

from broadsheet.bakery.index import is_unavailable
from broadsheet.bakery.memory import file_version
from broadsheet.bakery.pages import Page
from broadsheet.bakery.store import Store

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def page(path: str, *keys: str, body: bytes = b"The tide is in.") -> Page:
    return Page(path, body, HTML, frozenset({"paper", *keys}))


def never() -> bool:
    """No page goes stale while it is rendered."""
    return False


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two pages of one section, and one of another."""
    store = Store(tmp_path / "baked")
    for path, key in (("/tides/one/", "tides"), ("/tides/two/", "tides"), ("/harbour/", "harbour")):
        assert store.put(page(path, key), is_stale=never)
    return store


@contextmanager
def full_disk() -> Iterator[None]:
    """A limit on the size of files stands for a full disk, and holds for root too."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def baked(store: Store) -> list[str]:
    return sorted(str(file.relative_to(store.files.pages).parent) for file in store.files.pages.rglob("index.html"))


def test_a_page_that_does_not_fit_on_the_disk_evicts_no_other(store: Store) -> None:
    with full_disk(), pytest.raises(OSError, match="cannot be written"):
        store.put(page("/new/", "new"), is_stale=never)
    assert baked(store) == ["harbour", "tides/one", "tides/two"]
    assert store.put(page("/new/", "new"), is_stale=never)


def test_a_purge_removes_its_pages_from_a_full_disk_and_no_others(store: Store) -> None:
    with full_disk():
        assert store.purge(["tides"]) == 2
        assert baked(store) == ["harbour"]
    assert store.purge(["tides"]) == 2  # the index still has them, which does no harm
    assert store.purge(["tides"]) == 0
    assert baked(store) == ["harbour"]


def test_an_index_that_turns_out_damaged_is_made_again(store: Store) -> None:
    store.index.file.write_bytes(b"scribbled over by a faulty disk" * 400)
    with pytest.raises(OSError, match="cannot be written"):
        store.put(page("/new/", "new"), is_stale=never)
    assert baked(store) == []
    assert store.put(page("/new/", "new"), is_stale=never)


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
def test_only_a_passing_fault_leaves_the_index_as_it_is(code: int | None, *, expected: bool) -> None:
    error = sqlite3.OperationalError()
    if code is not None:
        error.sqlite_errorcode = code
    assert is_unavailable(error) is expected


def test_two_versions_of_a_file_differ_whatever_the_clock_says(store: Store) -> None:
    """The disk may give the second file the inode number of the first, and both are of one size: the time is left."""
    seen = set()
    with time_machine.travel("2026-11-23 12:00:00+00:00", tick=False):
        for number in range(40):
            file = store.put(page("/tides/one/", "tides", body=b"%3d feet of water." % number), is_stale=never)
            assert file
            version = file_version(file)
            assert version
            seen.add(version[1:])
            store.purge(["tides"])
    assert len(seen) == 40
