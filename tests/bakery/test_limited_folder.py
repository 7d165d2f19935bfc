"""The folder of baked pages takes no more than its bound: the pages that were not read for longest go first."""

import os
import random
from pathlib import Path

import pytest

from broadsheet.bakery import memory
from broadsheet.bakery.locks import coalesced
from broadsheet.bakery.memory import MemoryCache, file_version
from broadsheet.bakery.pages import disk_size
from broadsheet.bakery.responses import CachedResponse
from broadsheet.bakery.store import Store
from tests.bakery.pages import HTML, is_baked, page, put

PAGES = 20
HOUR = 3600
SIZE = disk_size(page().encoded_bodies())


def on_the_disk(store: Store) -> int:
    """The bytes that pages, stale copies and their folders take, in whole blocks."""
    files = [file for root in (store.files.pages, store.files.stale) for file in root.rglob("*") if file.is_file()]
    blocks = sum(-(-file.stat().st_size // 4096) for file in files)
    return 4096 * (blocks + len({file.parent for file in files}))


def read_at(store: Store, path: str, hours: int) -> None:
    """Notes that a page was read so many hours after the first."""
    for file in (*store.files.of(path), *store.files.stale_of(path)):
        if file.exists():
            os.utime(file, ns=(hours * HOUR * 10**9, file.stat().st_mtime_ns))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A full folder of twenty pages, of which page n was read n hours after the first."""
    full = Store(tmp_path / "baked", PAGES * SIZE)
    for number in range(PAGES):
        put(full, page(f"/{number}/", b"The tide has gone out. " * 40, str(number)))
        read_at(full, f"/{number}/", number)
    return full


def remaining(store: Store) -> list[int]:
    return [number for number in range(PAGES) if is_baked(store, f"/{number}/")]


def test_the_pages_that_were_not_read_for_longest_make_room_for_a_new_one(store: Store) -> None:
    assert remaining(store) == [*range(PAGES)]
    read_at(store, "/1/", PAGES)
    put(store, page("/new/"))
    assert is_baked(store, "/new/")
    assert remaining(store) == [1, *range(4, PAGES)]
    assert store.index.total() == on_the_disk(store) <= store.max_bytes


def test_a_stale_copy_counts_and_goes_like_a_page(store: Store) -> None:
    store.soft_purge(["0", "1", "2"])
    read_at(store, "/1/", PAGES)
    put(store, page("/new/"))
    assert [number for number in range(4) if any(file.exists() for file in store.files.stale_of(f"/{number}/"))] == [1]
    assert store.index.total() == on_the_disk(store)


def test_removed_pages_leave_no_folder_behind(store: Store) -> None:
    for number in range(200):
        put(store, page(f"/2019/03/28/story/comments/page/{number}/"))
    assert store.index.total() <= store.max_bytes
    assert len([*store.files.pages.rglob("*")]) < 6 * PAGES


def test_a_page_that_replaces_itself_needs_no_further_room(store: Store) -> None:
    for _ in range(10):
        put(store, page("/3/"))
    assert remaining(store) == [*range(PAGES)]


def test_a_page_larger_than_the_folder_is_not_stored(store: Store) -> None:
    body = random.Random(0).randbytes(store.max_bytes)
    assert store.put(page("/new/", body), is_stale=lambda: False) is None
    assert not is_baked(store, "/new/")


def test_a_bound_that_was_lowered_holds_after_the_next_tidying(store: Store) -> None:
    smaller = Store(store.folder, 5 * SIZE)
    assert smaller.make_room() == PAGES - 4
    assert remaining(smaller) == [16, 17, 18, 19]
    assert smaller.make_room() == 0


def test_the_total_is_that_of_the_pages_whatever_happens_to_them(store: Store) -> None:
    chance = random.Random(1)
    for _ in range(60):
        number = str(chance.randrange(PAGES))
        what = chance.choice(["put", "purge", "soft", "room"])
        if what == "put":
            store.put(page(f"/{number}/", b"x " * chance.randrange(9000), number), is_stale=lambda: False)
        elif what == "purge":
            store.purge([number])
        elif what == "soft":
            store.soft_purge([number])
        else:
            store.make_room(chance.randrange(5) * SIZE)
        assert store.index.total() == sum(store.index.sizes().values()) <= store.max_bytes
    store.index.remove_all()
    assert store.index.total() == 0


def test_while_another_process_makes_room_a_page_is_not_stored_and_nobody_waits(store: Store) -> None:
    with coalesced(store.folder / "room-lock", 1.0):
        assert store.put(page("/new/"), is_stale=lambda: False) is None
    assert remaining(store) == [*range(PAGES)]


def test_a_purge_finds_what_a_full_folder_did_not_store(store: Store) -> None:
    put(store, page("/0/", b"The tide has come in. " * 40, "0"))
    assert store.purge(["0"]) == 1
    assert not is_baked(store, "/0/")


# How the folder knows which pages are read.


def cached(file: Path) -> tuple[MemoryCache, memory.FileVersion]:
    """A process that has read the file."""
    process, version = MemoryCache(), file_version(file)
    assert version
    process.put(str(file), version, CachedResponse(HTML, "digest", {"identity": b""}))
    return process, version


def test_a_page_that_is_read_from_memory_is_noted_once_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "page"
    file.write_text("words")
    os.utime(file, ns=(0, file.stat().st_mtime_ns))
    process, version = cached(file)
    assert file.stat().st_atime > 0
    os.utime(file, ns=(0, file.stat().st_mtime_ns))
    assert process.get(str(file), version)
    assert file.stat().st_atime == 0
    monkeypatch.setattr(memory, "USE_INTERVAL", -1.0)
    assert process.get(str(file), version)
    assert file.stat().st_atime > 0
    assert file_version(file) == version


def test_noting_the_use_of_a_page_never_changes_the_version_of_the_page_that_replaced_it(tmp_path: Path) -> None:
    file, beside = tmp_path / "page", tmp_path / "beside"
    file.write_text("words")
    version = file_version(file)
    assert version
    beside.write_text("other words")
    os.utime(beside, ns=(0, 12345))
    beside.replace(file)
    memory.note_use(file, version)
    assert (file.stat().st_atime_ns, file.stat().st_mtime_ns) == (0, 12345)
    file.unlink()
    memory.note_use(file, version)
