"""Very many pages at once are moved out of readers' sight by whole folders, and deleted later."""

import time

import pytest

from broadsheet.bakery.snapshot import Snapshot
from broadsheet.bakery.store import Store
from tests.bakery.pages import bodies, has_stale_copy, is_baked, page, put


def test_a_bulk_purge_of_the_majority_moves_the_whole_folder(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.bakery.store.BULK", 2)
    for number in range(3):
        put(store, page(f"/{number}/", b"a", "many"))
    put(store, page("/other/", b"b", "few"))
    store.save_applied_snapshot(Snapshot.after(7))
    assert store.purge({"many"}) == 3
    assert not [path for path in ("/0/", "/1/", "/2/") if is_baked(store, path)]
    assert store.index.count() == 0
    assert store.applied_snapshot() == Snapshot.after(7)  # and nothing is taken for missed
    put(store, page("/0/", b"c", "many"))
    assert is_baked(store, "/0/")


def test_a_bulk_purge_of_the_minority_leaves_the_other_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.bakery.store.BULK", 2)
    monkeypatch.setattr("broadsheet.bakery.store.BATCH", 2)
    for number in range(3):
        put(store, page(f"/{number}/", b"a", "many"))
        put(store, page(f"/other-{number}/", b"b", "few"))
    assert store.purge({"many"}) == 3
    assert not [path for path in ("/0/", "/1/", "/2/") if is_baked(store, path)]
    assert all(is_baked(store, f"/other-{number}/") for number in range(3))


def test_a_bulk_purge_leaves_pages_beneath_and_beside_the_purged_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.bakery.store.BULK", 2)
    gone = ["/", "/2019/", "/2019/03/", "/2019/03/28/a/", "/2019/03/28/b/", "/robots.txt"]
    stay = ["/2019/03/28/c/", "/2019/03/28/c/page/2/", "/2019/03/28/", "/town/", *(f"/{n}/" for n in range(9))]
    put(store, *(page(path, b"The quay. " * 90, "many") for path in gone))
    put(store, *(page(path, b"The quay. " * 90, "few") for path in stay))
    assert store.purge({"many"}) == len(gone)
    assert not [path for path in gone if is_baked(store, path)]
    assert all(bodies(store, path) for path in stay)
    assert not list((store.files.pages / "2019" / "03").glob("28/[ab]/*"))
    assert store.index.names_with_keys({"many"}) == []
    assert len(list(store.folder.glob("old-*/*/index.html.gz"))) == 2  # two lay alone, and went as they were


def test_a_bulk_purge_removes_stale_copies_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.bakery.store.BULK", 2)
    paths = [f"/{number}/" for number in range(4)]
    put(store, *(page(path, b"a", "many", f"half {number % 2}") for number, path in enumerate(paths)))
    put(store, *(page(f"/other-{number}/", b"b") for number in range(9)))
    assert store.soft_purge({"half 0"}) == 2
    assert [path for path in paths if has_stale_copy(store, path)] == ["/0/", "/2/"]
    assert store.purge({"many"}) == 4
    assert not [path for path in paths if is_baked(store, path) or has_stale_copy(store, path)]


def test_a_bulk_soft_purge_leaves_no_fresh_page_and_the_next_purge_finds_each(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.bakery.store.BULK", 2)
    for number in range(3):
        put(store, page(f"/{number}/", b"a", "many"))
        put(store, page(f"/other-{number}/", b"b", "few"))
    assert store.soft_purge({"many"}) == 3
    assert not [number for number in range(3) if is_baked(store, f"/{number}/")]
    assert all(is_baked(store, f"/other-{number}/") for number in range(3))
    put(store, page("/0/", b"c", "many"))
    assert store.purge({"many"}) == 3
    assert not is_baked(store, "/0/")


def test_a_bulk_soft_purge_of_the_majority_makes_all_pages_stale(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.bakery.store.BULK", 2)
    for number in range(3):
        put(store, page(f"/{number}/", b"a", "many"))
    put(store, page("/other/", b"b", "few"))
    assert store.soft_purge({"many"}) == 3
    for path in ("/0/", "/1/", "/2/", "/other/"):
        assert not is_baked(store, path)
        assert store.files.stale_of(path)[0].read_bytes() in {b"a", b"b"}
    assert store.purge({"few"}) == 1
    assert not has_stale_copy(store, "/other/")


def test_the_trash_is_emptied_when_expired_pages_are_removed(store: Store) -> None:
    put(store, page("/a/", b"a", "x"))
    store.clear()
    assert list(store.folder.glob("old-*/**/index.html"))
    store.remove_expired(time.time())
    assert not list(store.folder.glob("old-*"))
