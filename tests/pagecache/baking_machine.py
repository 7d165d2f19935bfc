"""Readers and editors on two machines whose every step is scheduled by Hypothesis, with kills and cut connections.

Runs inside the paper's own process (`paper.shell`), with its real database and real transactions. The paper
has three stories; a page shows the serial number of a story, which grows with each change, so that the model needs
only comparisons. Checked are each response, each file on the disk after each step, and every page once all actors are
done.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import time_machine
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from broadsheet.bakery.locks import lock_file
from broadsheet.bakery.store import Store
from broadsheet.core.sqlite import base as sqlite
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.server import PageServer
from tests.campaigns import Pace
from tests.pagecache.interleavings import keep_connected
from tests.pagecache.readers import Response, ask
from tests.pagecache.sample_app import (
    HOUR,
    SHOWN,
    STORIES,
    Application,
    Floors,
    View,
    damage,
    execute,
    make_stories,
    marks_in,
    marks_of,
    snapshot_afterwards,
    snapshot_first,
)
from tests.pagecache.scheduler import END, HELD, LINE, LOCK, QUERY, Actor, Locks, Machine, NoLocks, Scheduler, replace

STEPS_A_STORY = 50
ALL_EVERY = 25  # steps, after which the files of both nodes are checked
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FAULTS = [
    "the_connection_to_the_database_is_cut_or_restored",
    "a_file_is_damaged",
    "the_index_is_damaged",
    "the_folder_is_deleted",
    "the_paper_restarts",
    "the_power_fails",
    "days_pass_and_the_log_is_pruned",
]
ROOM = 7 * 8192  # bytes for the baked pages of a machine, so that few of them fit
PLACE = st.sampled_from([0, 0, 0, 1])  # mostly on one machine, so that actors meet
MAX_ACTORS = 5
CALM = settings(
    deadline=None,
    stateful_step_count=STEPS_A_STORY,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # what has failed once need not fail again: files and locks are the system's
    database=None,
)


class Unchecked(Store):
    """A store that does not check whether a page went stale while it was rendered."""

    def put(self, page: Any, *, is_stale: Callable[[], bool]) -> Path | None:
        return super().put(page, is_stale=lambda: False)


class Node(Machine):
    """A machine with two processes that serve readers, and the serials that its pages may show.

    `floors` has the lowest serial of a story that a page may show, since earlier ones were removed; `newest` the lowest
    that a page may show if it is not a stale copy.
    """

    def __init__(self, folder: Path, store: type[Store], application: Any) -> None:
        super().__init__(folder)
        self.store, self.application = store, application
        self.floors: Floors = {}
        self.newest: Floors = {}
        self.start()

    def start(self) -> None:
        """Starts both processes, with an empty memory."""
        self.servers = [
            PageServer(self.application, store=self.store(self.folder, ROOM), is_allowed_host=bool) for _ in range(2)
        ]


@dataclass
class Reading:
    """A reader's request, and the serials that its response may show."""

    actor: Actor
    path: str
    floors: Floors
    newest: Floors
    hour: int
    in_company: bool = False
    expected_errors: ClassVar = DatabaseError


@dataclass
class Change:
    """A change of a story."""

    actor: Actor
    story: int
    serial: int = 0
    removes: bool = True
    expected_errors: ClassVar = DatabaseError


@dataclass
class CatchingUp:
    """A machine catches up with all changes before; a worker whose disk fails tries again."""

    actor: Actor
    floors: Floors = field(default_factory=dict)
    newest: Floors = field(default_factory=dict)
    expected_errors: ClassVar = DatabaseError, OSError


def _share_lock(path: str, other: str) -> bool:
    """Whether a request for the one path may wait for a request for the other: there are fewer locks than paths."""
    return lock_file(Path(), path) == lock_file(Path(), other)


def raised(floors: Floors, by: Floors) -> None:
    """Raises floors where others are higher."""
    floors.update({story: max(serial, floors.get(story, 0)) for story, serial in by.items()})


class BakingMachine(RuleBasedStateMachine):
    """Two machines, one database."""

    steps = 0
    seen: Counter[str] = Counter()
    complaints: ClassVar[list[str]] = []
    store: type[Store] = Store
    locks: type[Locks] = Locks
    purge: Callable[..., None] = pagecache.purge
    catch_up: Callable[[], object] = pagecache.catch_up
    takes_snapshot_first = True
    serials = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(START, tick=False)
        self.traveller = self.travel.start()
        execute("UPDATE baked_story SET serial = 0, stands = 1")
        self.root = Path(tempfile.mkdtemp(prefix="broadsheet-baking-"))
        self.scheduler = Scheduler(self.locks())
        self.state: dict[int, tuple[int, bool]] = dict.fromkeys(STORIES, (0, True))
        self.committed = {story: {0} for story in STORIES}
        self.floors: Floors = {}
        self.newest: Floors = {}
        application = Application(self._with_snapshot)
        self.nodes = [Node(self.root / name, self.store, application) for name in ("one", "two")]
        self.doing: dict[Actor, Reading | Change | CatchingUp] = {}
        self.is_sound = True
        self.turn, self.touched = 0, dict[Node, None]()  # the nodes on which an actor has moved in the last step
        for node in self.nodes:
            self._finish(self._catch_up(node))

    def _with_snapshot(self, view: View) -> View:
        return snapshot_first(view) if self.takes_snapshot_first else snapshot_afterwards(view)

    def teardown(self) -> None:
        """Runs all actors to their end, and checks every page."""
        try:
            if self.is_sound:
                self.all_actors_finish()
        finally:
            self.scheduler.clear()
            self.travel.stop()
            shutil.rmtree(self.root)

    # Actors start

    @precondition(lambda self: len(self.doing) < MAX_ACTORS)
    @rule(
        where=PLACE,
        which=st.integers(0, 1),
        path=st.sampled_from(["/", *SHOWN]),
        to=st.sampled_from([LINE, QUERY, LOCK, HELD, HELD, END]),
        times=st.integers(1, 4),
    )
    def reader_requests(self, where: int, which: int, path: str, to: str, times: int) -> None:
        """A reader requests a page."""
        node = self.nodes[where]
        actor = Actor(node, partial(ask, node.servers[which], path))
        reading = Reading(actor, path, dict(node.floors), dict(node.newest), self._hour())
        for other in self.doing.values():
            if isinstance(other, Reading) and other.actor.machine is node and _share_lock(other.path, path):
                other.in_company = reading.in_company = True
        self._begin(reading)
        self._go(actor, to, times)

    @precondition(lambda self: len(self.doing) < MAX_ACTORS)
    @rule(
        where=PLACE,
        story=st.sampled_from(STORIES),
        stands=st.booleans(),
        removes=st.booleans(),
        to=st.sampled_from([LINE, QUERY, LOCK, HELD, END, END]),
        times=st.integers(1, 4),
    )
    def editor_changes(self, where: int, story: int, stands: bool, removes: bool, to: str, times: int) -> None:
        """A story is changed or unpublished, with a hard purge; or added to, with a soft purge."""
        actor = Actor(self.nodes[where], lambda: self._change(change, stands or not removes))
        change = Change(actor, story, removes=removes)
        self._begin(change)
        self._go(actor, to, times)

    @precondition(lambda self: len(self.doing) < MAX_ACTORS)
    @rule(where=PLACE, to=st.sampled_from([LINE, QUERY, LOCK, HELD, END]), times=st.integers(1, 4))
    def machine_catches_up(self, where: int, to: str, times: int) -> None:
        """The worker of a machine catches up with the purge log."""
        self._go(self._catch_up(self.nodes[where]), to, times)

    @precondition(lambda self: len(self.doing) < MAX_ACTORS)
    @rule(where=PLACE, to=st.sampled_from([LOCK, HELD, END]))
    def expired_pages_are_removed(self, where: int, to: str) -> None:
        """The worker of a machine removes expired pages."""
        actor = Actor(self.nodes[where], lambda: pagecache.remove_expired(datetime.now(UTC).timestamp()))
        self._begin(CatchingUp(actor))
        self._go(actor, to, 1)

    @precondition(lambda self: len(self.doing) < MAX_ACTORS - 2)
    @rule(
        where=PLACE,
        path=st.sampled_from(["/", *SHOWN]),
        removes=st.sampled_from([False, False, True]),
        seconds=st.sampled_from([0.3, 0.3, 0.0]),
    )
    def concurrent_requests_for_a_changed_page(self, where: int, path: str, removes: bool, seconds: float) -> None:
        """A baked page is changed; one reader's request is rendered while another waits for it."""
        self.reader_requests(where, 0, path, END, 1)
        self.editor_changes(where, SHOWN[path][0], True, removes, END, 1)
        self.reader_requests(where, 0, path, QUERY, 2)
        self.reader_requests(where, 1, path, END, 1)
        self.time_passes(seconds)
        if self.doing:
            self._go([*self.doing][-1], END, 1)

    @precondition(lambda self: len(self.doing) < MAX_ACTORS - 1)
    @rule(
        where=PLACE,
        path=st.sampled_from(list(SHOWN)),
        removes=st.booleans(),
        to=st.sampled_from([LINE, QUERY, LOCK, HELD]),
        times=st.integers(1, 20),
    )
    def a_change_during_a_request(self, where: int, path: str, removes: bool, to: str, times: int) -> None:
        """A story is changed while a page that shows it is rendered or stored."""
        self.reader_requests(where, 0, path, to, times)
        reader = [*self.doing][-1] if self.doing else None
        self.editor_changes(where, SHOWN[path][0], True, removes, END, 1)
        if reader in self.doing:
            self._go(reader, END, 1)

    # Actors go on

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20), times=st.integers(1, 60))
    def some_lines(self, which: int, times: int) -> None:
        """An actor runs some lines."""
        self._go(self._pick(which), LINE, times)

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20), to=st.sampled_from([QUERY, LOCK, HELD]), times=st.integers(1, 3))
    def further(self, which: int, to: str, times: int) -> None:
        """An actor runs to the next query or lock."""
        self._go(self._pick(which), to, times)

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20))
    def to_the_end(self, which: int) -> None:
        """An actor runs to its end, unless another blocks it."""
        self._go(self._pick(which), END, 1)

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20))
    def killed(self, which: int) -> None:
        """The process of an actor is killed where it has stopped."""
        self._kill(self._pick(which))

    @rule(seconds=st.sampled_from([0.3, 4.0, 3600.0]))
    def time_passes(self, seconds: float) -> None:
        """Timeouts end, and pages expire."""
        self.scheduler.clock.passed += seconds
        self.traveller.shift(timedelta(seconds=seconds))

    # Faults

    @rule(where=PLACE, what=st.sampled_from(FAULTS), which=st.integers(0, 50))
    def fault(self, where: int, what: str, which: int) -> None:
        """A machine has a fault."""
        node = self.nodes[where]
        self.touched[node] = None
        getattr(self, what)(node, which)

    def the_connection_to_the_database_is_cut_or_restored(self, node: Node, _: int) -> None:
        """Readers get baked pages only."""
        node.is_cut = not node.is_cut

    def a_file_is_damaged(self, node: Node, which: int) -> None:
        """A page or a compressed copy is not as it was written."""
        found = sorted(file for file in node.folder.glob("p*/**/*") if file.is_file())
        if found:
            damage(found[which % len(found)], ["garbled", "shortened", "gone"][which % 3])

    def the_index_is_damaged(self, node: Node, which: int) -> None:
        """It is not known which page has which keys."""
        for file in node.folder.glob("index-*.sqlite3"):
            damage(file, ["garbled", "shortened"][which % 2])

    def the_folder_is_deleted(self, node: Node, _: int) -> None:
        """The folder of a machine without a running actor."""
        if not any(actor.machine is node for actor in self.doing):
            shutil.rmtree(node.folder, ignore_errors=True)

    def the_paper_restarts(self, node: Node, _: int) -> None:
        """Every process is killed; the paper catches up before it answers the next request."""
        for actor in [actor for actor in self.doing if actor.machine is node]:
            self._kill(actor)
        node.start()
        node.is_cut = False
        self._finish(self._catch_up(node))

    def the_power_fails(self, node: Node, which: int) -> None:
        """The machine starts again, without writes that were not synchronised with the disk."""
        for file in node.folder.glob("index-*.sqlite3") if which % 2 else ():
            damage(file, "garbled")
        node.restart()
        self.the_paper_restarts(node, which)

    def days_pass_and_the_log_is_pruned(self, _: Node, which: int) -> None:
        """Old purges are deleted, while no actor runs."""
        if not self.doing:
            self.traveller.shift(timedelta(days=[5, 8][which % 2]))
            Purge.objects.outdated().delete()

    def all_actors_finish(self) -> None:
        """All actors are done; then each page shows the present state, from the disk as well."""
        for node in self.nodes:
            node.is_cut = False
        while self.doing:
            for actor in [*self.doing]:
                if actor in self.doing:
                    self._go(actor, END, 1)
        for node in self.nodes:
            self._finish(self._catch_up(node))
            for server in [*node.servers, *node.servers]:
                for path in SHOWN:
                    self._check_page(node, server, path)

    # Invariants

    @invariant()
    def no_file_shows_an_earlier_state(self) -> None:
        """Any web server may serve the pages, so no page is stale; and no stale copy shows a removed serial."""
        type(self).steps += 1
        self.turn += 1
        for node in self.touched if self.turn % ALL_EVERY else self.nodes:
            for file in node.folder.glob("pages/**/*"):
                self._require_serials(marks_of(file), node.newest, f"the file {file.name} on the disk")
            for file in node.folder.glob("stale/**/*"):
                self._require_serials(marks_of(file), node.floors, f"the stale copy {file.name}")
        self.touched.clear()

    # Helpers of the rules

    def _begin(self, doing: Reading | Change | CatchingUp) -> None:
        self.doing[doing.actor] = doing
        self.scheduler.add(doing.actor)

    def _pick(self, which: int) -> Actor:
        return [*self.doing][which % len(self.doing)]

    def _go(self, actor: Actor, to: str, times: int) -> None:
        self._touch(actor)
        actor.run_to(to, times)
        if actor.is_done:
            self._check(actor)

    def _touch(self, actor: Actor) -> None:
        assert isinstance(actor.machine, Node)
        self.touched[actor.machine] = None

    def _finish(self, actor: Actor) -> None:
        self._go(actor, END, 1)
        if not actor.is_done:
            self._require(False, f"an actor is blocked by none: {actor.place()}")

    def _kill(self, actor: Actor) -> None:
        self._touch(actor)
        actor.kill()
        self.seen["killed"] += 1
        self._check(actor)

    def _require(self, holds: bool, complaint: str) -> None:
        if not holds and self.is_sound:
            self.complaints.append(complaint)
        self.is_sound = self.is_sound and holds
        assert holds, complaint

    def _require_serials(self, marks: Floors, floors: Floors, where: str) -> None:
        for story, serial in marks.items():
            self._require(serial >= floors.get(story, 0), f"{where} shows {story}@{serial}, required is {floors}")

    # The work of the actors

    def _change(self, change: Change, stands: bool) -> None:
        actor = change.actor
        write = type(self).purge if change.removes else pagecache.soft_purge
        with transaction.atomic():
            actor.block_while(lambda: self._is_written_to(change))
            change.serial = next(self.serials)
            row = [change.serial, int(stands), change.story]
            execute("UPDATE baked_story SET serial = %s, stands = %s WHERE story = %s", row)
            transaction.on_commit(lambda: self._committed(change, stands))
            write(f"story:{change.story}")

    def _is_written_to(self, change: Change) -> bool:
        """Whether another transaction has locked the row, so that the database would let this one wait."""
        others = (doing for doing in self.doing.values() if isinstance(doing, Change) and doing is not change)
        return any(other.actor.in_transaction and other.serial and other.story == change.story for other in others)

    def _committed(self, change: Change, stands: bool) -> None:
        self.state[change.story] = change.serial, stands
        self.committed[change.story].add(change.serial)
        self.newest[change.story] = change.serial
        if change.removes:
            self.floors[change.story] = change.serial

    def _catch_up(self, node: Node) -> Actor:
        actor = Actor(node, type(self).catch_up)
        self._begin(CatchingUp(actor, dict(self.floors), dict(self.newest)))
        return actor

    # Checks of results

    def _check(self, actor: Actor) -> None:
        """An actor is done: checks its response, or raises the serials that pages must show from now on."""
        doing = self.doing.pop(actor)
        self.seen[type(doing).__name__.lower()] += 1
        self.scheduler.remove(actor)
        node = actor.machine
        assert isinstance(node, Node)
        if actor.is_killed and not actor.error:
            return
        if actor.error:
            self._require(isinstance(actor.error, doing.expected_errors), f"{actor.error!r}")
        elif isinstance(doing, Reading):
            self._check_reading(doing)
        elif isinstance(doing, Change):
            raised(node.newest, {doing.story: doing.serial})
            raised(node.floors, {doing.story: doing.serial} if doing.removes else {})
        else:
            raised(node.newest, doing.newest)
            raised(node.floors, doing.floors)

    def _check_reading(self, reading: Reading) -> None:
        response = reading.actor.result
        assert isinstance(response, Response)
        marks = marks_in(response.body)
        known = all(serial in self.committed[story] for story, serial in marks.items())
        self._require(known and list(marks) == SHOWN[reading.path], f"no transaction has written {response}")
        self._require_serials(marks, reading.floors, f"a response for {reading.path}")
        if any(serial < reading.newest.get(story, 0) for story, serial in marks.items()):
            self.seen["stale copy"] += 1
            self._require(reading.in_company, f"a stale copy of {reading.path} while no request renders it")
        hours = re.findall(rb"hour=(\d+)", response.body)
        self._require(all(reading.hour <= int(hour) <= self._hour() for hour in hours), f"an expired page: {response}")

    def _check_page(self, node: Node, server: PageServer, path: str) -> None:
        actor = Actor(node, partial(ask, server, path))
        self._begin(Reading(actor, path, dict(node.floors), dict(node.newest), self._hour()))
        self._finish(actor)
        response = actor.result
        assert isinstance(response, Response)
        right = {story: self.state[story][0] for story in SHOWN[path]}
        self._require(marks_in(response.body) == right, f"{path} is {response}, required is {self.state}")
        is_there = path == "/" or all(self.state[story][1] for story in SHOWN[path])
        self._require(response.status == (200 if is_there else 404), f"{path} is {response}")
        self._require(any(file.exists() for file in server.store.files.of(path)) == is_there, f"{path} is not baked")

    def _hour(self) -> int:
        return int(datetime.now(UTC).timestamp() // HOUR.total_seconds())


# The guards that can be left out, by what the machine has in their place.
WITHOUT: dict[str, dict[str, object]] = {
    "": {},
    "the check of the purge log": {"store": Unchecked},
    "the lock": {"locks": NoLocks},
    "the snapshot before the first query": {"takes_snapshot_first": False},
    "catching up": {"catch_up": lambda: None},
    "the difference between hard and soft purges": {"purge": pagecache.soft_purge},
}


def prepare() -> None:
    """Makes the stories, and a process in which only the scheduler decides who waits for whom."""
    keep_connected()
    replace(sqlite, QUEUE_TIMEOUT=0.0)
    logging.disable(logging.CRITICAL)  # each damaged file is logged
    make_stories()


def stale_copies() -> int:
    """Returns how many stale copies readers get in a story of two who want a page that was added to."""
    prepare()
    machine = BakingMachine()
    machine.concurrent_requests_for_a_changed_page(where=0, path=next(iter(SHOWN)), removes=False, seconds=0.3)
    machine.teardown()
    return machine.seen["stale copy"]


def run(pace: Pace, *, without: str = "") -> str:
    """Runs steps at a pace, and returns their number and kinds; raises AssertionError for what does not hold."""
    prepare()
    machine: type[BakingMachine] = type("Machine", (BakingMachine,), WITHOUT[without])
    while pace.allows(machine.steps):
        stories = pace.runs(machine.steps, STEPS_A_STORY)
        try:
            run_state_machine_as_test(machine, settings=settings(CALM, max_examples=stories))
        except Flaky as error:
            # The steps had another outcome when Hypothesis repeated them: locks, threads and files are the system's.
            if machine.complaints:
                raise AssertionError(f"{machine.complaints}") from error
            reasons: tuple[BaseException, ...] = getattr(error, "exceptions", (error,))
            machine.seen[f"repeated after {reasons[0]!r:.80}"] += 1
    return f"{machine.steps} steps ({', '.join(f'{times} {what}' for what, times in sorted(machine.seen.items()))})"
