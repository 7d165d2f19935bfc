"""The folder of baked pages survives faults of the disk: pages are read whole, and purged pages do not come back."""

import threading
import time
from pathlib import Path

import pytest

from broadsheet.bakery.pages import Page, file_names, page_path
from broadsheet.bakery.snapshot import Snapshot
from broadsheet.bakery.store import Store
from tests.bakery.pages import bodies, has_stale_copy, is_baked, page, put


def test_every_file_name_leads_back_to_its_path() -> None:
    for path in ("/", "/feed/", "/robots.txt", "/harbour/", "/2026/03/01/dredger/", "/images/a/1/x.jpg"):
        assert [page_path(name) for name in file_names(path)] == [path] * len(file_names(path))


def test_a_page_is_stored_with_its_compressed_copies(store: Store) -> None:
    put(store, page())
    stored = bodies(store, "/harbour/")
    assert stored
    assert set(stored) == {"identity", "br", "gzip", "zstd"}
    assert stored["identity"] == page().body
    assert sorted(file.name for file in (store.files.pages / "harbour").iterdir()) == [
        "index.html", "index.html.br", "index.html.gz", "index.html.zst",
    ]  # fmt: skip


def test_a_small_page_and_a_picture_are_not_compressed(store: Store) -> None:
    put(store, page("/small/", b"short"), Page("/images/x.avif", b"\0" * 5000, (("Content-Type", "image/avif"),)))
    assert set(bodies(store, "/small/") or {}) == set(bodies(store, "/images/x.avif") or {}) == {"identity"}


def test_a_page_that_becomes_too_small_to_compress_leaves_no_compressed_copy_behind(store: Store) -> None:
    put(store, page(), page(body=b"short"))
    assert bodies(store, "/harbour/") == {"identity": b"short"}
    assert [file.name for file in (store.files.pages / "harbour").iterdir()] == ["index.html"]


def test_a_page_that_went_stale_during_its_rendering_is_not_stored(store: Store) -> None:
    assert store.put(page(), is_stale=lambda: True) is None
    assert not is_baked(store, "/harbour/")


def test_a_purge_removes_exactly_the_pages_that_have_one_of_the_keys(store: Store) -> None:
    put(
        store, page("/a/", b"a", "x", "y"), page("/b/", b"b", "y"), page("/c/", b"c", "z", "x' OR 1=1"), page("/", b"d")
    )
    assert store.purge({"x"}) == 1
    assert [is_baked(store, path) for path in ("/a/", "/b/", "/c/", "/")] == [False, True, True, True]
    assert store.purge({"x", "y", "%", ""}) == 1
    assert [is_baked(store, path) for path in ("/b/", "/c/", "/")] == [False, True, True]
    assert store.purge({"x"}) == 0


def test_a_page_that_is_stored_again_has_only_its_new_keys(store: Store) -> None:
    put(store, page("/a/", b"a", "x"), page("/a/", b"a", "y"))
    assert store.purge({"x"}) == 0
    assert store.purge({"y"}) == 1


def test_expired_pages_are_removed(store: Store) -> None:
    put(
        store,
        page("/a/", b"a", rendered_at=0.0, expires_at=100.0),
        page("/b/", b"b", rendered_at=0.0, expires_at=200.0),
        page("/c/", b"c"),
    )
    assert store.remove_expired(100.0) == 1
    assert [is_baked(store, path) for path in ("/a/", "/b/", "/c/")] == [False, True, True]


def test_expiring_pages_that_are_dated_in_the_future_are_removed(store: Store) -> None:
    put(
        store,
        page("/a/", b"a", rendered_at=90.0, expires_at=200.0),
        page("/b/", b"b", rendered_at=40.0, expires_at=200.0),
    )
    put(store, page("/c/", b"c", rendered_at=90.0))  # which is right at any time
    assert store.remove_expired(50.0) == 1
    assert [is_baked(store, path) for path in ("/a/", "/b/", "/c/")] == [False, True, True]


@pytest.mark.parametrize("ending", ["", ".br", ".gz"])
def test_a_damaged_file_is_not_read(ending: str, store: Store) -> None:
    put(store, page())
    file = store.files.pages / "harbour" / f"index.html{ending}"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert bodies(store, "/harbour/") is None


@pytest.mark.parametrize("damage", [b"", b"this is no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_index_removes_all_pages_and_is_made_again(damage: bytes, store: Store) -> None:
    put(store, page("/a/", b"a", "x"), page("/b/", b"b", "y"))
    for file in store.folder.glob("index-*"):
        file.write_bytes(damage)
    store.purge({"x"})
    assert not is_baked(store, "/a/")
    for _ in range(2):  # the first may be what notices it
        try:
            put(store, page("/c/", b"c", "z"))
        except OSError:
            continue
    assert bodies(store, "/c/") == {"identity": b"c"}
    assert store.purge({"z"}) == 1


def test_pages_whose_index_was_lost_are_not_read_and_are_removed_by_the_next_purge(store: Store) -> None:
    put(store, page("/a/", b"a", "x"))
    for file in store.folder.glob("index-*"):
        file.unlink()
    assert store.applied_snapshot() is None  # so the paper empties the folder when it starts
    assert store.get(store.files.of("/a/")[0]) is None  # and until then the page server does not read it
    store.purge({"x"})
    assert not is_baked(store, "/a/")  # nor can a web server send it, or a process that has it in memory


def test_a_folder_that_cannot_be_written_stores_no_page(store: Store) -> None:
    store.folder.parent.mkdir(exist_ok=True)
    store.folder.write_text("a file stands where the folder should be")
    with pytest.raises(OSError, match="baked"):
        store.put(page(), is_stale=lambda: False)
    assert store.get(store.files.of("/harbour/")[0]) is None


def test_a_page_that_cannot_be_written_leaves_no_older_page_in_its_place(store: Store) -> None:
    put(store, page("/harbour/", b"old", "x"))
    (store.files.pages / "harbour" / "index.html.br").mkdir()  # what the disk refuses
    with pytest.raises(OSError, match=r"index\.html"):
        store.put(page(), is_stale=lambda: False)
    assert not (store.files.pages / "harbour" / "index.html").exists()


def test_a_damaged_index_has_no_applied_snapshot(store: Store) -> None:
    store.save_applied_snapshot(Snapshot.after(7))
    for file in store.folder.glob("index-*"):
        file.write_bytes(b"this is no database")
    assert store.applied_snapshot() is None
    with pytest.raises(OSError, match="index"):
        store.save_applied_snapshot(Snapshot.after(8))
    store.clear()
    store.save_applied_snapshot(Snapshot.after(8))
    assert store.applied_snapshot() == Snapshot.after(8)


def test_a_purge_raises_an_error_if_a_file_cannot_be_removed(store: Store) -> None:
    put(store, page("/a/", b"a", "x"))
    file = store.files.pages / "a" / "index.html"
    file.unlink()
    file.mkdir()
    (file / "in the way").write_text("")
    with pytest.raises(OSError, match=r"index\.html"):
        store.purge({"x"})


def test_a_page_is_read_whole_while_it_is_written(store: Store) -> None:
    put(store, page(body=b"0" * 100_000))
    file, seen, stop = store.files.of("/harbour/")[0], set[int](), threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(len(file.read_bytes()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(30):
        put(store, page(body=str(number % 10).encode() * 100_000))
    stop.set()
    watcher.join()
    assert seen == {100_000}


def test_clearing_removes_pages_and_index(store: Store) -> None:
    put(store, page("/a/", b"a", "x"))
    store.save_applied_snapshot(Snapshot.after(7))
    store.clear()
    assert not is_baked(store, "/a/")
    assert store.applied_snapshot() is None
    store.remove_expired(time.time())
    assert sorted(file.name for file in store.folder.iterdir() if not file.name.startswith("index")) == ["lock"]


def test_a_folder_of_an_older_layout_is_emptied(store: Store) -> None:
    for name in ("pages/harbour", "previous/harbour", "turns", "purges"):
        (store.folder / name).mkdir(parents=True)
        (store.folder / name / "index.html").write_text("old")
    for name in ("index-3.sqlite3", "in-front.json", "node"):
        (store.folder / name).write_text("")
    assert store.applied_snapshot() is None
    assert bodies(store, "/harbour/") is None
    store.clear()
    store.save_applied_snapshot(Snapshot.after(7))
    store.remove_expired(time.time())
    left = sorted(file.name for file in store.folder.iterdir() if not file.name.startswith("index-5"))
    assert left == ["lock", "node"]
    put(store, page())
    assert store.applied_snapshot() == Snapshot.after(7)


def test_the_applied_snapshot_is_saved(store: Store) -> None:
    assert store.applied_snapshot() is None
    for position in (Snapshot.after(7), Snapshot(10, 20, frozenset({12, 15}))):
        store.save_applied_snapshot(position)
        assert store.applied_snapshot() == position


def test_the_applied_snapshot_is_unknown_after_the_machine_was_started_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = tmp_path / "boot_id"
    machine.write_text("one\n")
    monkeypatch.setattr("broadsheet.bakery.store.BOOT_ID", machine)
    store.save_applied_snapshot(Snapshot.after(7))
    assert store.applied_snapshot() == Snapshot.after(7)
    machine.write_text("two\n")
    assert store.applied_snapshot() is None
    machine.unlink()
    assert store.applied_snapshot() is None


def test_a_soft_purge_makes_a_page_its_stale_copy(store: Store) -> None:
    put(store, page("/harbour/", b"Low water at six. " * 40, "x"))
    assert store.soft_purge({"x"}) == 1
    assert not is_baked(store, "/harbour/")
    found = store.get(store.files.stale_of("/harbour/")[0])
    assert found
    assert set(found.bodies() or {}) >= {"identity", "br", "gzip"}
    assert store.soft_purge({"x"}) == 0


def test_a_new_page_replaces_the_stale_copy(store: Store) -> None:
    put(store, page("/harbour/", b"old", "x"))
    store.soft_purge({"x"})
    put(store, page("/harbour/", b"new", "x"))
    assert bodies(store, "/harbour/") == {"identity": b"new"}
    assert not has_stale_copy(store, "/harbour/")


def test_a_purge_removes_stale_copies_too(store: Store) -> None:
    put(store, page("/a/", b"a", "x", "y"), page("/b/", b"b", "x"))
    store.soft_purge({"x"})
    assert store.purge({"y"}) == 1
    assert [has_stale_copy(store, path) for path in ("/a/", "/b/")] == [False, True]
    store.clear()
    assert not has_stale_copy(store, "/b/")


def test_a_stale_copy_that_the_index_does_not_know_is_not_read(store: Store) -> None:
    put(store, page("/harbour/", b"old", "x"))
    store.soft_purge({"x"})
    left_over = store.files.stale_of("/harbour/")[0].read_bytes()
    put(store, page("/harbour/", b"new", "z"))
    # As a process leaves it that is killed at that moment.
    store.files.stale_of("/harbour/")[0].write_bytes(left_over)
    found = store.get(store.files.stale_of("/harbour/")[0])
    assert found
    assert found.bodies() is None


def test_an_applied_snapshot_older_than_the_purge_log_is_unknown(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save_applied_snapshot(Snapshot.after(7))
    now = time.time()
    for later, known in ((0, True), (5 * 86_400, True), (6.1 * 86_400, False), (-86_400, False)):
        monkeypatch.setattr("broadsheet.bakery.store.time.time", lambda later=later: now + later)
        assert (store.applied_snapshot() is not None) is known


def test_an_applied_purge_is_remembered_for_a_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.mark_applied([7])
    store.mark_applied([7])
    assert store.applied_purges([7]) == {7}
    now = time.time()
    monkeypatch.setattr("broadsheet.bakery.index.time.time", lambda: now + 90_000)
    store.mark_applied([8])
    assert store.applied_purges([7, 8]) == {8}


def test_a_machine_keeps_its_node_name_and_a_copy_of_its_folder_gets_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = store.node_name()
    store.clear()
    assert store.node_name() == name
    assert Store(store.folder.with_name("another")).node_name() != name
    monkeypatch.setattr("broadsheet.bakery.store.socket.gethostname", lambda: "web-2")
    assert store.node_name().startswith("web-2-")
