"""Actors who move only when they are told to, one at a time: interleavings that a test may choose, line by line.

Each actor is a thread with a database connection of its own. It stops where it is told to: at a line of the page
cache's own code, before a question to the database, when it wants a lock of the store or has one; and wherever it
would have to wait for another actor. Locks, transactions and files are the real ones.
"""

from __future__ import annotations

import fcntl
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from broadsheet.pagecache import actions, files, server, store, turns

LINE, QUERY, LOCK, HELD, END = "line", "query", "lock", "held", "end"
WATCHED = {str(module.__file__) for module in (actions, files, server, store, turns)}
WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE")
PATIENCE = 60  # seconds after which an actor who does not come back is stuck
Trace = Callable[[FrameType, str, Any], Any]


class Killed(BaseException):
    """The actor's process was killed. Locks and transactions go with it, as the system does it."""


class Machine:
    """What an actor runs on: a folder, a boot of the system, and a line to the database, which may be cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boot = folder.with_name(f"{folder.name}.boot")
        self.boots = 0
        self.is_cut = False
        self.restart()

    def restart(self) -> None:
        """Another run of the system."""
        self.boots += 1
        self.boot.write_text(str(self.boots))


class Actor:
    """One process's or thread's doing, from its beginning to its end."""

    def __init__(self, machine: Machine, part: Callable[[], object]) -> None:
        self.machine = machine
        self.part = part
        self.answer: object = None
        self.error: BaseException | None = None
        self.is_done = self.is_killed = self.waits = self.has_written_its_row = False
        self.connection: BaseDatabaseWrapper | None = None
        self.wanted, self.left = LINE, 1
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)

    @property
    def in_transaction(self) -> bool:
        """Whether it has changed the database and not committed."""
        return not self.is_done and self.connection is not None and self.connection.in_atomic_block

    def has_the_row_of(self, machine: Machine) -> bool:
        """Whether it has locked what the database knows of a machine; PostgreSQL lets others wait for it."""
        return self.machine is machine and self.in_transaction and self.has_written_its_row

    # Told by the director.

    def go(self, wanted: str, times: int = 1) -> None:
        """Lets it move to where it comes to such a point for so many times, or has to wait, or is done."""
        self.wanted, self.left, self.waits = wanted, times, False
        settings.BAKED_PAGES, store.BOOT = self.machine.folder, self.machine.boot
        self._go.release()
        assert self._back.acquire(timeout=PATIENCE), "an actor does not come back"

    def kill(self) -> None:
        """Ends it where it stands."""
        self.is_killed = True
        self.go(END)

    # In its own thread.

    def perform(self, others: list[Actor]) -> None:
        """Plays the part."""
        self._go.acquire()
        self.others, self.connection = others, connection._connections[connection._alias]  # type: ignore[attr-defined]
        playing.actor = self
        try:
            with connection.execute_wrapper(self._asks):
                sys.settrace(self._trace)
                self.answer = None if self.is_killed else self.part()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - it is judged by the director
            self.error = error
        finally:
            sys.settrace(None)
            playing.actor = None
            if connection.in_atomic_block:
                _lose_connection()
            self.is_done = True
            self._back.release()

    def comes_to(self, point: str) -> None:
        """Stops here if this is where it was to go."""
        self.left -= point == self.wanted
        if point == self.wanted and self.left <= 0:
            self._stop()

    def wait(self) -> None:
        """Stops here until it is told to look again."""
        self.waits = True
        self._stop()

    def wait_while(self, so: Callable[[], bool]) -> None:
        """Stops here as long as something is so."""
        while so():
            self.wait()

    def _stop(self) -> None:
        self._back.release()
        self._go.acquire()
        if self.is_killed:
            raise Killed

    def _trace(self, frame: FrameType, event: str, argument: object) -> Trace | None:
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            self.comes_to(LINE)
        return self._trace

    def _asks(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        self.comes_to(QUERY)
        if self.machine.is_cut:
            raise OperationalError("the line is cut")
        if connection.vendor == "sqlite" and sql.startswith(WRITES):
            self._wait_for_others(lambda other: other.in_transaction)
        if "pagecache_node" in sql and (sql.startswith(WRITES) or "FOR UPDATE" in sql):
            self._wait_for_others(lambda other: other.has_the_row_of(self.machine))
            self.has_written_its_row = connection.in_atomic_block
        return execute(sql, *rest)

    def _wait_for_others(self, to_end: Callable[[Actor], bool]) -> None:
        self.wait_while(lambda: any(to_end(other) for other in self.others if other is not self))


def _lose_connection() -> None:
    """The line to the database goes with a killed process, and its transaction with the line.

    An exception at the end of a `with` ends it without leaving the block, so nobody else rolls back.
    """
    left = connections[connection.alias]
    left.in_atomic_block = False
    left.close()
    del connections[connection.alias]


class _Playing(threading.local):
    actor: Actor | None = None


playing = _Playing()


class Locks:
    """Stands where the room has `fcntl`: the system's locks, for which an actor waits by stopping."""

    LOCK_EX, LOCK_NB, LOCK_UN, LOCK_SH = fcntl.LOCK_EX, fcntl.LOCK_NB, fcntl.LOCK_UN, fcntl.LOCK_SH

    def flock(self, file: Any, how: int) -> None:
        """Takes a lock or gives it back."""
        actor = playing.actor
        assert actor is not None
        actor.comes_to(LOCK)
        if how & (fcntl.LOCK_NB | fcntl.LOCK_UN):
            fcntl.flock(file, how)
        else:
            actor.wait_while(lambda: not _had(file, how))
        actor.comes_to(HELD)


class NoLocks(Locks):
    """The same, of which nobody is ever kept out."""

    def flock(self, file: Any, how: int) -> None:
        """Takes nothing."""


def _had(file: Any, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Clock:
    """Stands where the room has `time`: nobody's patience ends but when the director says so."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        """Seconds that the director let pass."""
        return self.passed

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        """Waits for somebody else."""
        if playing.actor:
            playing.actor.wait()


class Stage:
    """Actors at work, and threads for more of them."""

    _idle: list[SimpleQueue[tuple[Actor, list[Actor]]]] = []  # for all stages: a connection is dear

    def __init__(self, locks: Locks) -> None:
        self.clock = Clock()
        self.actors: list[Actor] = []
        vars(turns).update(fcntl=locks, time=self.clock)
        vars(store).update(time=self.clock)

    def enter(self, actor: Actor) -> None:
        """Gives an actor a thread; nothing moves yet."""
        self.actors.append(actor)
        queue = self._idle.pop() if self._idle else _thread(self._idle)
        queue.put((actor, self.actors))

    def leave(self, actor: Actor) -> None:
        """Takes one who is done off the stage."""
        self.actors.remove(actor)

    def clear(self) -> None:
        """Kills everybody."""
        for actor in [*self.actors]:
            actor.kill()
            self.leave(actor)


def _thread(idle: list[SimpleQueue[tuple[Actor, list[Actor]]]]) -> SimpleQueue[tuple[Actor, list[Actor]]]:
    queue: SimpleQueue[tuple[Actor, list[Actor]]] = SimpleQueue()

    def work() -> None:
        while True:
            actor, others = queue.get()
            actor.perform(others)
            idle.append(queue)

    threading.Thread(target=work, daemon=True).start()
    return queue
