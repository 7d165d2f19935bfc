"""The folder of baked pages survives what disks do: readers get pages, and nothing that should be gone comes back."""

import shutil
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from broadsheet.pagecache.answers import Answer
from broadsheet.pagecache.memory import Memory, Passing, identity_of
from broadsheet.pagecache.pages import Page
from broadsheet.pagecache.position import Position
from broadsheet.pagecache.store import Store
from broadsheet.pagecache.turns import Turn, alone

HTML = (("Content-Type", "text/html; charset=utf-8"),)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty folder."""
    return Store(tmp_path / "baked")


def page(path: str = "/harbour/", body: bytes = b"The tide has gone out. " * 40, *keys: str, **given: Any) -> Page:
    return Page(path, body, HTML, frozenset(keys), **given)


def kept(store: Store, *pages: Page) -> None:
    for one in pages:
        assert store.keep(one, unless=lambda: False)


def lies(store: Store, path: str) -> bool:
    return any(file.exists() for file in store.files.of(path))


def read(store: Store, path: str) -> dict[str, bytes] | None:
    found = store.find(store.files.of(path)[0])
    return found.bodies() if found else None


def test_a_page_is_found_by_its_path_with_every_packed_copy(store: Store) -> None:
    kept(store, page())
    bodies = read(store, "/harbour/")
    assert bodies
    assert set(bodies) == {"identity", "br", "gzip", "zstd"}
    assert bodies["identity"] == page().body
    assert sorted(file.name for file in (store.files.pages / "harbour").iterdir()) == [
        "index.html", "index.html.br", "index.html.gz", "index.html.zst",
    ]  # fmt: skip


def test_a_small_page_and_a_picture_are_not_packed(store: Store) -> None:
    kept(store, page("/small/", b"short"), Page("/images/x.avif", b"\0" * 5000, (("Content-Type", "image/avif"),)))
    assert set(read(store, "/small/") or {}) == set(read(store, "/images/x.avif") or {}) == {"identity"}


def test_a_page_that_shrinks_leaves_no_old_copy_behind(store: Store) -> None:
    kept(store, page(), page(body=b"short"))
    assert read(store, "/harbour/") == {"identity": b"short"}
    assert [file.name for file in (store.files.pages / "harbour").iterdir()] == ["index.html"]


def test_what_went_stale_meanwhile_is_not_kept(store: Store) -> None:
    assert store.keep(page(), unless=lambda: True) is None
    assert not lies(store, "/harbour/")


def test_exactly_the_pages_with_one_of_the_keys_go(store: Store) -> None:
    kept(
        store, page("/a/", b"a", "x", "y"), page("/b/", b"b", "y"), page("/c/", b"c", "z", "x' OR 1=1"), page("/", b"d")
    )
    assert store.remove({"x"}) == 1
    assert [lies(store, path) for path in ("/a/", "/b/", "/c/", "/")] == [False, True, True, True]
    assert store.remove({"x", "y", "%", ""}) == 1
    assert [lies(store, path) for path in ("/b/", "/c/", "/")] == [False, True, True]
    assert store.remove({"x"}) == 0


def test_a_page_that_is_baked_anew_has_its_new_keys_alone(store: Store) -> None:
    kept(store, page("/a/", b"a", "x"), page("/a/", b"a", "y"))
    assert store.remove({"x"}) == 0
    assert store.remove({"y"}) == 1


def test_what_time_alone_has_made_wrong_goes(store: Store) -> None:
    kept(store, page("/a/", b"a", made=0.0, until=100.0), page("/b/", b"b", made=0.0, until=200.0), page("/c/", b"c"))
    assert store.remove_expired(100.0) == 1
    assert [lies(store, path) for path in ("/a/", "/b/", "/c/")] == [False, True, True]


def test_what_a_clock_that_was_ahead_has_dated_goes_when_it_is_set_right(store: Store) -> None:
    kept(store, page("/a/", b"a", made=90.0, until=200.0), page("/b/", b"b", made=40.0, until=200.0))
    kept(store, page("/c/", b"c", made=90.0))  # which is right at any time
    assert store.remove_expired(50.0) == 1
    assert [lies(store, path) for path in ("/a/", "/b/", "/c/")] == [False, True, True]


def test_a_purge_is_carried_out_by_one_and_the_other_waits_for_that(store: Store) -> None:
    """Whichever numbers they have in common, and in whatever order they name them."""
    inside, most, done = [0], [0], list[str]()

    def carry_out(name: str, purges: list[int]) -> None:
        with store.carrying_out(purges):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.05)
            inside[0] -= 1
            done.append(name)

    both = [threading.Thread(target=carry_out, args=one) for one in (("actor", [7]), ("follower", [9, 8, 7, 7]))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(done) == ["actor", "follower"]
    assert most == [1]


def test_whoever_hangs_over_a_purge_keeps_nobody_from_it_for_ever(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.store.LONGEST_PURGE", 0.05)
    with store.carrying_out([7]), store.carrying_out([7]):
        pass


@pytest.mark.parametrize("ending", ["", ".br", ".gz"])
def test_a_damaged_file_is_noticed(ending: str, store: Store) -> None:
    kept(store, page())
    file = store.files.pages / "harbour" / f"index.html{ending}"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert read(store, "/harbour/") is None


@pytest.mark.parametrize("damage", [b"", b"this is no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_with_a_damaged_index_all_pages_go_and_it_begins_anew(damage: bytes, store: Store) -> None:
    kept(store, page("/a/", b"a", "x"), page("/b/", b"b", "y"))
    for file in store.folder.glob("index-*"):
        file.write_bytes(damage)
    store.remove({"x"})
    assert not lies(store, "/a/")
    for _ in range(2):  # the first may be what notices it
        try:
            kept(store, page("/c/", b"c", "z"))
        except OSError:
            continue
    assert read(store, "/c/") == {"identity": b"c"}
    assert store.remove({"z"}) == 1


def test_an_index_that_was_lost_leaves_no_page_that_nobody_can_purge(store: Store) -> None:
    kept(store, page("/a/", b"a", "x"))
    for file in store.folder.glob("index-*"):
        file.unlink()
    assert store.seen() is None  # so whoever starts here empties the folder
    assert store.find(store.files.of("/a/")[0]) is None  # and until then nobody reads it by us
    store.remove({"x"})
    assert not lies(store, "/a/")  # nor from the memory of a process that had read it before, or by a web server


def test_where_the_disk_takes_nothing_the_page_is_simply_not_there(store: Store) -> None:
    store.folder.parent.mkdir(exist_ok=True)
    store.folder.write_text("a file stands where the folder should be")
    with pytest.raises(OSError, match="baked"):
        store.keep(page(), unless=lambda: False)
    assert store.find(store.files.of("/harbour/")[0]) is None
    with store.turn("/harbour/") as turn:
        assert turn == Turn.FIRST


def test_a_page_that_cannot_be_written_leaves_no_older_one_in_its_place(store: Store) -> None:
    kept(store, page("/harbour/", b"old", "x"))
    (store.files.pages / "harbour" / "index.html.br").mkdir()  # what the disk refuses
    with pytest.raises(OSError, match=r"index\.html"):
        store.keep(page(), unless=lambda: False)
    assert not (store.files.pages / "harbour" / "index.html").exists()


def test_of_a_damaged_index_nobody_knows_what_it_missed(store: Store) -> None:
    store.note_seen(Position.after(7))
    for file in store.folder.glob("index-*"):
        file.write_bytes(b"this is no database")
    assert store.seen() is None
    with pytest.raises(OSError, match="index"):
        store.note_seen(Position.after(8))
    store.clear()
    store.note_seen(Position.after(8))
    assert store.seen() == Position.after(8)


def test_a_file_that_cannot_be_removed_is_told(store: Store) -> None:
    kept(store, page("/a/", b"a", "x"))
    file = store.files.pages / "a" / "index.html"
    file.unlink()
    file.mkdir()
    (file / "in the way").write_text("")
    with pytest.raises(OSError, match=r"index\.html"):
        store.remove({"x"})


def test_half_a_page_is_never_there_while_others_read(store: Store) -> None:
    kept(store, page(body=b"0" * 100_000))
    file, seen, stop = store.files.of("/harbour/")[0], set[int](), threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(len(file.read_bytes()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(30):
        kept(store, page(body=str(number % 10).encode() * 100_000))
    stop.set()
    watcher.join()
    assert seen == {100_000}


def test_emptying_takes_everything_and_leaves_nothing_over(store: Store) -> None:
    kept(store, page("/a/", b"a", "x"))
    store.note_seen(Position.after(7))
    store.clear()
    assert not lies(store, "/a/")
    assert store.seen() is None
    store.remove_expired(time.time())
    assert sorted(file.name for file in store.folder.iterdir() if not file.name.startswith("index")) == ["lock"]


def test_it_remembers_up_to_which_moment_purges_were_carried_out(store: Store) -> None:
    assert store.seen() is None
    for position in (Position.after(7), Position(10, 20, frozenset({12, 15}))):
        store.note_seen(position)
        assert store.seen() == position


def test_one_renders_while_the_others_wait_their_turn(store: Store) -> None:
    inside, most, turns = [0], [0], list[Turn]()

    def render() -> None:
        with store.turn("/harbour/") as turn:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            inside[0] -= 1
            turns.append(turn)

    threads = [threading.Thread(target=render) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert turns.count(Turn.FIRST) >= 1
    assert Turn.IN_VAIN not in turns


def test_after_a_restart_of_the_machine_nobody_knows_what_the_folder_missed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = tmp_path / "boot_id"
    machine.write_text("one\n")
    monkeypatch.setattr("broadsheet.pagecache.store.BOOT", machine)
    store.note_seen(Position.after(7))
    assert store.seen() == Position.after(7)
    machine.write_text("two\n")
    assert store.seen() is None
    machine.unlink()
    assert store.seen() is None


def test_who_has_waited_long_enough_is_told_so(store: Store) -> None:
    with store.turn("/harbour/") as first, store.turn("/harbour/", 0.01) as second:
        assert (first, second) == (Turn.FIRST, Turn.IN_VAIN)


def test_a_page_set_aside_can_be_read_as_the_previous_one_only(store: Store) -> None:
    kept(store, page("/harbour/", b"Low water at six. " * 40, "x"))
    assert store.soft_purge({"x"}) == 1
    assert not lies(store, "/harbour/")
    found = store.find(store.files.previous_of("/harbour/")[0])
    assert found
    assert set(found.bodies() or {}) >= {"identity", "br", "gzip"}
    assert store.soft_purge({"x"}) == 0


def test_a_new_page_ends_the_time_of_the_previous_one(store: Store) -> None:
    kept(store, page("/harbour/", b"old", "x"))
    store.soft_purge({"x"})
    kept(store, page("/harbour/", b"new", "x"))
    assert read(store, "/harbour/") == {"identity": b"new"}
    assert not store.files.previous_of("/harbour/")[0].exists()


def test_what_is_removed_is_not_read_as_the_previous_one_either(store: Store) -> None:
    kept(store, page("/a/", b"a", "x", "y"), page("/b/", b"b", "x"))
    store.soft_purge({"x"})
    assert store.remove({"y"}) == 1
    assert [store.files.previous_of(path)[0].exists() for path in ("/a/", "/b/")] == [False, True]
    store.clear()
    assert not store.files.previous_of("/b/")[0].exists()


def test_a_previous_version_of_which_the_index_knows_another_is_none(store: Store) -> None:
    kept(store, page("/harbour/", b"old", "x"))
    store.soft_purge({"x"})
    left_over = store.files.previous_of("/harbour/")[0].read_bytes()
    kept(store, page("/harbour/", b"new", "z"))
    # As a process leaves it that is killed at that moment.
    store.files.previous_of("/harbour/")[0].write_bytes(left_over)
    found = store.find(store.files.previous_of("/harbour/")[0])
    assert found
    assert found.bodies() is None


def test_a_position_that_is_older_than_the_log_is_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.note_seen(Position.after(7))
    now = time.time()
    for later, known in ((0, True), (5 * 86_400, True), (6.1 * 86_400, False), (-86_400, False)):
        monkeypatch.setattr("broadsheet.pagecache.store.time.time", lambda later=later: now + later)
        assert (store.seen() is not None) is known


def test_a_purge_that_was_carried_out_is_remembered_for_a_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.note_done([7])
    store.note_done([7])
    assert store.done([7]) == {7}
    now = time.time()
    monkeypatch.setattr("broadsheet.pagecache.index.time.time", lambda: now + 90_000)
    store.note_done([8])
    assert store.done([7, 8]) == {8}


def test_a_machine_keeps_its_name_and_a_copy_of_its_folder_does_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = store.node()
    store.clear()
    assert store.node() == name
    assert Store(store.folder.with_name("another")).node() != name
    monkeypatch.setattr("broadsheet.pagecache.store.socket.gethostname", lambda: "web-2")
    assert store.node().startswith("web-2-")


@pytest.mark.parametrize("text", ["", "1", "1:2", "1:2:3:4", "a:b:c"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Position.parse(text)


def test_a_position_saw_what_had_committed_by_then_and_nothing_else() -> None:
    position = Position.parse("10:20:12,15")
    assert [number for number in range(8, 22) if position.saw(number)] == [8, 9, 10, 11, 13, 14, 16, 17, 18, 19]
    assert Position.parse(str(position)) == position
    assert Position.parse("10:20:12,15", own=15).saw(15)
    assert [Position.after(7).saw(number) for number in (6, 7, 8)] == [True, True, False]


def test_memory_believes_only_the_very_file_that_was_read(tmp_path: Path) -> None:
    file, memory = tmp_path / "page", Memory()
    file.write_text("old")
    answer = Answer(HTML, "digest", {"identity": b"old"})
    memory.put(str(file), identity_of(file) or (0, 0, 0), answer)
    assert memory.get(str(file), identity_of(file) or (0, 0, 0)) is answer
    beside = tmp_path / "beside"
    beside.write_text("new")
    beside.replace(file)
    assert memory.get(str(file), identity_of(file) or (0, 0, 0)) is None
    file.unlink()
    assert identity_of(file) is None


def test_memory_lets_go_of_what_came_first() -> None:
    memory = Memory(limit=100)
    for number in range(5):
        memory.put(str(number), (number, 0, 0), Answer(HTML, "", {"identity": b"x" * 40}))
    assert memory.bytes == 80
    assert [memory.get(str(number), (number, 0, 0)) is not None for number in range(5)] == [False] * 3 + [True] * 2


def test_it_is_known_for_a_while_which_paths_cannot_be_baked() -> None:
    passing, over = Passing(lasting=600, most=3), Passing(lasting=0)
    passing.note("/nothing/")
    over.note("/nothing/")
    assert passing.has("/nothing/")
    assert not passing.has("/other/")
    assert not over.has("/nothing/")
    for number in range(10):
        passing.note(str(number))
    assert passing.has("9")
    assert not passing.has("5")


def test_where_most_of_very_many_pages_go_the_whole_folder_goes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.pagecache.store.MANY", 2)
    for number in range(3):
        kept(store, page(f"/{number}/", b"a", "many"))
    kept(store, page("/other/", b"b", "few"))
    store.note_seen(Position.after(7))
    assert store.remove({"many"}) == 3
    assert not [path for path in ("/0/", "/1/", "/2/") if lies(store, path)]
    assert store.index.size() == 0
    assert store.seen() == Position.after(7)  # and nothing is taken for missed
    kept(store, page("/0/", b"c", "many"))
    assert lies(store, "/0/")


def test_where_less_than_half_of_very_many_pages_go_the_others_stay(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.store.MANY", 2)
    monkeypatch.setattr("broadsheet.pagecache.store.IN_ONE_GO", 2)
    for number in range(3):
        kept(store, page(f"/{number}/", b"a", "many"))
        kept(store, page(f"/other-{number}/", b"b", "few"))
    assert store.remove({"many"}) == 3
    assert not [path for path in ("/0/", "/1/", "/2/") if lies(store, path)]
    assert all(lies(store, f"/other-{number}/") for number in range(3))


def test_where_very_many_pages_go_those_beneath_them_stay_and_so_do_their_neighbours(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.store.MANY", 2)
    gone = ["/", "/2019/", "/2019/03/", "/2019/03/28/a/", "/2019/03/28/b/", "/robots.txt"]
    stay = ["/2019/03/28/c/", "/2019/03/28/c/page/2/", "/2019/03/28/", "/town/", *(f"/{n}/" for n in range(9))]
    kept(store, *(page(path, b"The quay. " * 90, "many") for path in gone))
    kept(store, *(page(path, b"The quay. " * 90, "few") for path in stay))
    assert store.remove({"many"}) == len(gone)
    assert not [path for path in gone if lies(store, path)]
    assert all(read(store, path) for path in stay)
    assert not list((store.files.pages / "2019" / "03").glob("28/[ab]/*"))
    assert store.index.having({"many"}) == []
    assert len(list(store.folder.glob("old-*/*/index.html.gz"))) == 2  # two lay alone, and went as they were


def test_where_very_many_pages_go_their_previous_versions_go_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.pagecache.store.MANY", 2)
    paths = [f"/{number}/" for number in range(4)]
    kept(store, *(page(path, b"a", "many", f"half {number % 2}") for number, path in enumerate(paths)))
    kept(store, *(page(f"/other-{number}/", b"b") for number in range(9)))
    assert store.soft_purge({"half 0"}) == 2
    assert [path for path in paths if store.files.previous_of(path)[0].exists()] == ["/0/", "/2/"]
    assert store.remove({"many"}) == 4
    assert not [path for path in paths if lies(store, path) or store.files.previous_of(path)[0].exists()]


def test_where_very_many_pages_are_renewed_none_of_them_stays_and_each_is_found_by_the_next_purge(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.store.MANY", 2)
    for number in range(3):
        kept(store, page(f"/{number}/", b"a", "many"))
        kept(store, page(f"/other-{number}/", b"b", "few"))
    assert store.soft_purge({"many"}) == 3
    assert not [number for number in range(3) if lies(store, f"/{number}/")]
    assert all(lies(store, f"/other-{number}/") for number in range(3))
    kept(store, page("/0/", b"c", "many"))
    assert store.remove({"many"}) == 3
    assert not lies(store, "/0/")


def test_where_most_of_very_many_pages_are_renewed_all_of_them_are_set_aside(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.store.MANY", 2)
    for number in range(3):
        kept(store, page(f"/{number}/", b"a", "many"))
    kept(store, page("/other/", b"b", "few"))
    assert store.soft_purge({"many"}) == 3
    for path in ("/0/", "/1/", "/2/", "/other/"):
        assert not lies(store, path)
        assert store.files.previous_of(path)[0].read_bytes() in {b"a", b"b"}
    assert store.remove({"few"}) == 1
    assert not store.files.previous_of("/other/")[0].exists()


def test_the_disk_is_freed_of_what_was_taken_out_of_sight(store: Store) -> None:
    kept(store, page("/a/", b"a", "x"))
    store.clear()
    assert list(store.folder.glob("old-*/**/index.html"))
    store.remove_expired(time.time())
    assert not list(store.folder.glob("old-*"))


def test_who_waits_for_a_lock_that_is_thrown_away_waits_for_the_one_in_its_place(store: Store) -> None:
    waiting = threading.Thread(target=store.clear)
    with ExitStack() as thrown_away:
        thrown_away.enter_context(alone(store.folder / "lock"))
        waiting.start()
        time.sleep(0.05)
        shutil.rmtree(store.folder)
        with alone(store.folder / "lock"):
            thrown_away.close()
            waiting.join(0.2)
            assert waiting.is_alive()
    waiting.join()


def test_a_page_that_is_kept_while_the_folder_is_thrown_away_is_not_there(store: Store) -> None:
    """For whoever purges afterwards has another lock, and does not wait for this one."""

    def thrown_away() -> bool:
        shutil.rmtree(store.folder)
        return False

    kept(store, page("/a/", b"a", "x"))
    assert store.keep(page("/a/", b"a", "x"), unless=thrown_away) is None
    assert not lies(store, "/a/")
