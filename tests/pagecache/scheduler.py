"""A scheduler that runs actors one at a time, up to a chosen point: interleavings that a test chooses line by line.

Each actor is a thread with a database connection of its own. It stops at the chosen point: a line of the page cache's
own code, a query, the acquisition of a lock of the store; and wherever it would have to wait for another actor. Locks,
transactions and files are the real ones.
"""

from __future__ import annotations

import fcntl
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from types import FrameType, ModuleType
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from broadsheet.bakery import files, store
from broadsheet.bakery import locks as bakery_locks
from broadsheet.pagecache import actions, server

# The points at which an actor can stop; HELD is after the acquisition of a lock.
LINE, QUERY, LOCK, HELD, END = "line", "query", "lock", "held", "end"
TRACED = {str(module.__file__) for module in (actions, files, bakery_locks, server, store)}
WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE")
PATIENCE = 60  # seconds after which an actor that does not stop is stuck
Trace = Callable[[FrameType, str, Any], Any]


class Killed(BaseException):
    """The actor's process was killed: its locks are released and its transaction is rolled back."""


class Machine:
    """The machine of an actor: a folder, a boot of the system, and a connection to the database, which may be cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boot = folder.with_name(f"{folder.name}.boot")
        self.boots = 0
        self.is_cut = False
        self.restart()

    def restart(self) -> None:
        """Starts the machine again."""
        self.boots += 1
        self.boot.write_text(str(self.boots))


class Actor:
    """The work of one process or thread, from its start to its end."""

    def __init__(self, machine: Machine, work: Callable[[], object]) -> None:
        self.machine = machine
        self.work = work
        self.result: object = None
        self.error: BaseException | None = None
        self.is_done = self.is_killed = self.is_blocked = self.has_written_its_row = False
        self.connection: BaseDatabaseWrapper | None = None
        self.point, self.left = LINE, 1
        self._resumed, self._stopped = threading.Semaphore(0), threading.Semaphore(0)

    @property
    def in_transaction(self) -> bool:
        """Whether it has an open transaction."""
        return not self.is_done and self.connection is not None and self.connection.in_atomic_block

    def has_the_row_of(self, machine: Machine) -> bool:
        """Whether it has locked the row of a machine, for which PostgreSQL lets others wait."""
        return self.machine is machine and self.in_transaction and self.has_written_its_row

    # Called by the scheduler's thread.

    def run_to(self, point: str, times: int = 1) -> None:
        """Runs until it has reached such a point so many times, is blocked, or is done."""
        self.point, self.left, self.is_blocked = point, times, False
        settings.BAKED_PAGES, store.BOOT_ID = self.machine.folder, self.machine.boot
        self._resumed.release()
        assert self._stopped.acquire(timeout=PATIENCE), "an actor does not stop"

    def place(self) -> str:
        """The lines at which it has stopped, the innermost last."""
        frames = traceback.extract_stack(sys._current_frames()[self.thread])
        return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)

    def kill(self) -> None:
        """Kills it where it has stopped."""
        self.is_killed = True
        self.run_to(END)
        assert self.is_done, f"a killed actor goes on: {self.place()}"

    # Called in its own thread.

    def run(self, others: list[Actor]) -> None:
        """Does its work, and records its result or its error."""
        self.thread = threading.get_ident()
        self._resumed.acquire()
        self.others, self.connection = others, connection._connections[connection._alias]  # type: ignore[attr-defined]
        running.actor = self
        try:
            with connection.execute_wrapper(self._execute):
                sys.settrace(self._trace)
                self.result = None if self.is_killed else self.work()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - it is judged by the campaign
            self.error = error
        finally:
            sys.settrace(None)
            running.actor = None
            if connection.in_atomic_block:
                _lose_connection()
            self.is_done = True
            self._stopped.release()

    def reached(self, point: str) -> None:
        """Stops here if this is the chosen point; a killed actor goes no further, even where its end was caught."""
        if self.is_killed:
            raise Killed
        self.left -= point == self.point
        if point == self.point and self.left <= 0:
            self._stop()

    def block(self) -> None:
        """Stops here until it is run again."""
        self.is_blocked = True
        self._stop()

    def block_while(self, condition: Callable[[], bool]) -> None:
        """Stops here as long as a condition holds."""
        while condition():
            self.block()

    def _stop(self) -> None:
        self._stopped.release()
        self._resumed.acquire()
        if self.is_killed:
            raise Killed

    def _trace(self, frame: FrameType, event: str, argument: object) -> Trace | None:
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            self.reached(LINE)
        return self._trace

    def _execute(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        self.reached(QUERY)
        if self.machine.is_cut:
            raise OperationalError("the connection is cut")
        if connection.vendor == "sqlite" and sql.startswith(WRITES):
            self._wait_for_others(lambda other: other.in_transaction)
        if "pagecache_node" in sql and (sql.startswith(WRITES) or "FOR UPDATE" in sql):
            self._wait_for_others(lambda other: other.has_the_row_of(self.machine))
            self.has_written_its_row = connection.in_atomic_block
        return execute(sql, *rest)

    def _wait_for_others(self, to_end: Callable[[Actor], bool]) -> None:
        self.block_while(lambda: any(to_end(other) for other in self.others if other is not self))


def _lose_connection() -> None:
    """Closes the connection of a killed process, and so rolls its transaction back.

    An exception at the end of a `with` ends it without leaving the block, so that Django does not roll back.
    """
    left = connections[connection.alias]
    left.in_atomic_block = False
    left.close()
    del connections[connection.alias]


class _Running(threading.local):
    actor: Actor | None = None


running = _Running()


class Locks:
    """Takes the place of `fcntl`: the system's locks, for which an actor waits by stopping."""

    LOCK_EX, LOCK_NB, LOCK_UN, LOCK_SH = fcntl.LOCK_EX, fcntl.LOCK_NB, fcntl.LOCK_UN, fcntl.LOCK_SH

    def flock(self, file: Any, how: int) -> None:
        """Acquires a lock or releases it."""
        actor = running.actor
        assert actor is not None
        actor.reached(LOCK)
        if how & (fcntl.LOCK_NB | fcntl.LOCK_UN):
            fcntl.flock(file, how)
        else:
            actor.block_while(lambda: not _acquired(file, how))
        actor.reached(HELD)


class NoLocks(Locks):
    """Locks that exclude no actor."""

    def flock(self, file: Any, how: int) -> None:
        """Acquires no lock."""


def _acquired(file: Any, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Clock:
    """Takes the place of `time`: timeouts end only when the campaign lets time pass."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        """The seconds that the campaign has let pass."""
        return self.passed

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        """Blocks, so that another actor can run."""
        if running.actor:
            running.actor.block()


def replace(module: ModuleType, **things: object) -> None:
    """Puts other things in the place of a module's own, which it must have: a renamed one would be replaced by none."""
    assert things.keys() <= vars(module).keys(), f"{module.__name__} has no {things.keys() - vars(module).keys()}"
    vars(module).update(things)


class Scheduler:
    """The actors that run, with a pool of threads for them."""

    _idle: list[SimpleQueue[tuple[Actor, list[Actor]]]] = []  # for all schedulers: connections are expensive

    def __init__(self, locks: Locks) -> None:
        self.clock = Clock()
        self.actors: list[Actor] = []
        replace(bakery_locks, fcntl=locks, time=self.clock)
        replace(store, time=self.clock)

    def add(self, actor: Actor) -> None:
        """Gives an actor a thread, in which it is not run yet."""
        self.actors.append(actor)
        queue = self._idle.pop() if self._idle else _thread(self._idle)
        queue.put((actor, self.actors))

    def remove(self, actor: Actor) -> None:
        """Removes an actor that is done."""
        self.actors.remove(actor)

    def clear(self) -> None:
        """Kills all actors."""
        for actor in [*self.actors]:
            actor.kill()
            self.remove(actor)


def _thread(idle: list[SimpleQueue[tuple[Actor, list[Actor]]]]) -> SimpleQueue[tuple[Actor, list[Actor]]]:
    queue: SimpleQueue[tuple[Actor, list[Actor]]] = SimpleQueue()

    def work() -> None:
        while True:
            actor, others = queue.get()
            actor.run(others)
            idle.append(queue)

    threading.Thread(target=work, daemon=True).start()
    return queue
