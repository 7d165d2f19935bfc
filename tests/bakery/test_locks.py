"""Locks of the store: one process works, the others wait for it, and none waits for ever."""

import shutil
import threading
import time
from contextlib import ExitStack

import pytest

from broadsheet.bakery.locks import Coalescing, exclusive_lock
from broadsheet.bakery.store import Store
from tests.bakery.pages import is_baked, page, put


def test_concurrent_requests_for_a_path_render_it_one_after_the_other(store: Store) -> None:
    inside, most, roles = [0], [0], list[Coalescing]()

    def render() -> None:
        with store.coalesced("/harbour/") as role:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            inside[0] -= 1
            roles.append(role)

    threads = [threading.Thread(target=render) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert roles.count(Coalescing.LEADER) >= 1
    assert Coalescing.TIMED_OUT not in roles


def test_a_request_that_has_waited_for_the_timeout_goes_on(store: Store) -> None:
    with store.coalesced("/harbour/") as first, store.coalesced("/harbour/", 0.01) as second:
        assert (first, second) == (Coalescing.LEADER, Coalescing.TIMED_OUT)


def test_every_request_is_a_leader_where_the_disk_takes_no_lock(store: Store) -> None:
    store.folder.parent.mkdir(exist_ok=True)
    store.folder.write_text("a file stands where the folder should be")
    with store.coalesced("/harbour/") as first, store.coalesced("/harbour/") as second:
        assert (first, second) == (Coalescing.LEADER, Coalescing.LEADER)


def test_a_purge_is_applied_by_one_process_while_the_other_waits(store: Store) -> None:
    """Whichever ids they have in common, and in whatever order they name them."""
    inside, most, done = [0], [0], list[str]()

    def apply(name: str, purges: list[int]) -> None:
        with store.applying(purges):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.05)
            inside[0] -= 1
            done.append(name)

    arguments = [("actor", [7]), ("consumer", [9, 8, 7, 7])]
    threads = [threading.Thread(target=apply, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["actor", "consumer"]
    assert most == [1]


def test_a_process_that_hangs_in_a_purge_does_not_block_the_others_for_ever(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.bakery.store.PURGE_TIMEOUT", 0.05)
    with store.applying([7]), store.applying([7]):
        pass


def test_a_process_that_waits_for_a_deleted_lock_waits_for_the_new_one_in_its_place(store: Store) -> None:
    waiting = threading.Thread(target=store.clear)
    with ExitStack() as deleted:
        deleted.enter_context(exclusive_lock(store.folder / "lock"))
        waiting.start()
        time.sleep(0.05)
        shutil.rmtree(store.folder)
        with exclusive_lock(store.folder / "lock"):
            deleted.close()
            waiting.join(0.2)
            assert waiting.is_alive()
    waiting.join()


def test_a_page_that_is_stored_while_the_folder_is_deleted_is_not_there_afterwards(store: Store) -> None:
    """A later purge takes another lock, and would not wait for this one."""

    def deleted() -> bool:
        shutil.rmtree(store.folder)
        return False

    put(store, page("/a/", b"a", "x"))
    assert store.put(page("/a/", b"a", "x"), is_stale=deleted) is None
    assert not is_baked(store, "/a/")
