"""Readers and editors on two machines whose every step is ordered by Hypothesis; some are killed, lines are cut.

Runs inside the paper's own process (`paper.shell`), with its real database and real transactions. The matter of the
paper is three stories; what a page shows of a story is a serial number that grows with each change, so that the model
here needs nothing but comparisons. What is looked at: each answer, each file on the disk after each step, and every
page when all has become quiet.
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

from broadsheet.core.sqlite import base as sqlite
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.server import PageServer
from broadsheet.pagecache.store import Store
from broadsheet.pagecache.turns import place_of
from tests.pagecache.interleavings import keep_connected
from tests.pagecache.readers import Answered, ask
from tests.pagecache.sample_app import (
    HOUR,
    SHOWN,
    STORIES,
    Application,
    Floors,
    View,
    damage,
    make_stories,
    marks_in,
    marks_of,
    noted_afterwards,
    noted_first,
    tell,
)
from tests.pagecache.scheduler import END, HELD, LINE, LOCK, QUERY, Actor, Locks, Machine, NoLocks, Stage

STEPS_A_STORY = 50
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TROUBLE = [
    "the_line_to_the_database_is_cut_or_mended",
    "a_file_is_damaged",
    "the_index_is_damaged",
    "the_folder_is_thrown_away",
    "the_paper_restarts",
    "the_power_fails",
    "days_pass_and_the_log_is_tidied",
]
PLACE = st.sampled_from([0, 0, 0, 1])  # most of it in one place, where they meet
MOST_AT_ONCE = 5
CALM = settings(
    deadline=None,
    stateful_step_count=STEPS_A_STORY,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # what has failed once need not fail again: files and locks are the system's
    database=None,
)


class Unchecked(Store):
    """A store that does not ask whether a page went stale while it was made."""

    def keep(self, page: Any, *, unless: Callable[[], bool]) -> Path | None:
        return super().keep(page, unless=lambda: False)


class Here(Machine):
    """A machine with two processes that answer readers, and what nobody there may be shown any more.

    `floors` are the serials that a story must have at least, since what came before was removed; `newest` those that
    it has where no previous version will do.
    """

    def __init__(self, folder: Path, store: type[Store], application: Any) -> None:
        super().__init__(folder)
        self.store, self.application = store, application
        self.floors: Floors = {}
        self.newest: Floors = {}
        self.begin()

    def begin(self) -> None:
        """Starts both processes, which remember nothing."""
        self.fronts = [PageServer(self.application, store=self.store(self.folder), is_ours=bool) for _ in range(2)]


@dataclass
class Reading:
    """One reader's request, and what was so when it began."""

    actor: Actor
    path: str
    floors: Floors
    newest: Floors
    hour: int
    in_company: bool = False
    may_meet: ClassVar = DatabaseError


@dataclass
class Change:
    """One change of one story."""

    actor: Actor
    story: int
    serial: int = 0
    removes: bool = True
    may_meet: ClassVar = DatabaseError


@dataclass
class CatchingUp:
    """A machine catches up with all that had been changed when it began; a worker whose disk fails it tries again."""

    actor: Actor
    floors: Floors = field(default_factory=dict)
    newest: Floors = field(default_factory=dict)
    may_meet: ClassVar = DatabaseError, OSError


def _meet(one: str, other: str) -> bool:
    """Whether who renders the one may be waited for by who asks for the other: there are fewer places than paths."""
    return place_of(Path(), one) == place_of(Path(), other)


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
    notes_first = True
    serials = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(START, tick=False)
        self.traveller = self.travel.start()
        tell("UPDATE baked_story SET serial = 0, stands = 1")
        self.root = Path(tempfile.mkdtemp(prefix="broadsheet-baking-"))
        self.stage = Stage(self.locks())
        self.told: dict[int, tuple[int, bool]] = dict.fromkeys(STORIES, (0, True))
        self.committed = {story: {0} for story in STORIES}
        self.floors: Floors = {}
        self.newest: Floors = {}
        application = Application(self._position_noted)
        self.here = [Here(self.root / name, self.store, application) for name in ("one", "two")]
        self.doing: dict[Actor, Reading | Change | CatchingUp] = {}
        self.is_sound = True
        for here in self.here:
            self._finish(self._catch_up(here))

    def _position_noted(self, view: View) -> View:
        return noted_first(view) if self.notes_first else noted_afterwards(view)

    def teardown(self) -> None:
        """Lets everybody come to their end, and looks at every page."""
        try:
            if self.is_sound:
                self.all_becomes_quiet()
        finally:
            self.stage.clear()
            self.travel.stop()
            shutil.rmtree(self.root)

    # What begins

    @precondition(lambda self: len(self.doing) < MOST_AT_ONCE)
    @rule(
        where=PLACE,
        which=st.integers(0, 1),
        path=st.sampled_from(["/", *SHOWN]),
        to=st.sampled_from([LINE, QUERY, LOCK, HELD, HELD, END]),
        times=st.integers(1, 4),
    )
    def reader_asks(self, where: int, which: int, path: str, to: str, times: int) -> None:
        """Somebody asks for a page."""
        here = self.here[where]
        actor = Actor(here, partial(ask, here.fronts[which], path))
        reading = Reading(actor, path, dict(here.floors), dict(here.newest), self._hour())
        for other in self.doing.values():
            if isinstance(other, Reading) and other.actor.machine is here and _meet(other.path, path):
                other.in_company = reading.in_company = True
        self._begin(reading)
        self._go(actor, to, times)

    @precondition(lambda self: len(self.doing) < MOST_AT_ONCE)
    @rule(
        where=PLACE,
        story=st.sampled_from(STORIES),
        stands=st.booleans(),
        removes=st.booleans(),
        to=st.sampled_from([LINE, QUERY, LOCK, HELD, END, END]),
        times=st.integers(1, 4),
    )
    def editor_changes(self, where: int, story: int, stands: bool, removes: bool, to: str, times: int) -> None:
        """A story gets other words, or is unpublished; or, where nothing goes, is added to."""
        actor = Actor(self.here[where], lambda: self._change(change, stands or not removes))
        change = Change(actor, story, removes=removes)
        self._begin(change)
        self._go(actor, to, times)

    @precondition(lambda self: len(self.doing) < MOST_AT_ONCE)
    @rule(where=PLACE, to=st.sampled_from([LINE, QUERY, LOCK, HELD, END]), times=st.integers(1, 4))
    def machine_catches_up(self, where: int, to: str, times: int) -> None:
        """The worker of a machine looks into the log."""
        self._go(self._catch_up(self.here[where]), to, times)

    @precondition(lambda self: len(self.doing) < MOST_AT_ONCE)
    @rule(where=PLACE, to=st.sampled_from([LOCK, HELD, END]))
    def clock_is_looked_at(self, where: int, to: str) -> None:
        """The worker of a machine removes what has expired."""
        actor = Actor(self.here[where], lambda: pagecache.remove_expired(datetime.now(UTC).timestamp()))
        self._begin(CatchingUp(actor))
        self._go(actor, to, 1)

    @precondition(lambda self: len(self.doing) < MOST_AT_ONCE - 2)
    @rule(
        where=PLACE,
        path=st.sampled_from(["/", *SHOWN]),
        removes=st.sampled_from([False, False, True]),
        seconds=st.sampled_from([0.3, 0.3, 0.0]),
    )
    def many_ask_for_what_has_changed(self, where: int, path: str, removes: bool, seconds: float) -> None:
        """A baked page is changed; one reader's request is rendered while another waits for it."""
        self.reader_asks(where, 0, path, END, 1)
        self.editor_changes(where, SHOWN[path][0], True, removes, END, 1)
        self.reader_asks(where, 0, path, QUERY, 2)
        self.reader_asks(where, 1, path, END, 1)
        self.time_passes(seconds)
        if self.doing:
            self._go([*self.doing][-1], END, 1)

    @precondition(lambda self: len(self.doing) < MOST_AT_ONCE - 1)
    @rule(
        where=PLACE,
        path=st.sampled_from(list(SHOWN)),
        removes=st.booleans(),
        to=st.sampled_from([LINE, QUERY, LOCK, HELD]),
        times=st.integers(1, 20),
    )
    def a_change_comes_between(self, where: int, path: str, removes: bool, to: str, times: int) -> None:
        """A reader's page is being made, or kept, when what it shows is changed."""
        self.reader_asks(where, 0, path, to, times)
        reader = [*self.doing][-1] if self.doing else None
        self.editor_changes(where, SHOWN[path][0], True, removes, END, 1)
        if reader in self.doing:
            self._go(reader, END, 1)

    # What goes on

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20), times=st.integers(1, 60))
    def some_lines(self, which: int, times: int) -> None:
        """Somebody gets some lines further."""
        self._go(self._pick(which), LINE, times)

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20), to=st.sampled_from([QUERY, LOCK, HELD]), times=st.integers(1, 3))
    def further(self, which: int, to: str, times: int) -> None:
        """Somebody gets to the next question, or lock."""
        self._go(self._pick(which), to, times)

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20))
    def to_the_end(self, which: int) -> None:
        """Somebody is done, if nobody stands in the way."""
        self._go(self._pick(which), END, 1)

    @precondition(lambda self: self.doing)
    @rule(which=st.integers(0, 20))
    def killed(self, which: int) -> None:
        """Somebody's process is killed where it stands."""
        self._kill(self._pick(which))

    @rule(seconds=st.sampled_from([0.3, 4.0, 3600.0]))
    def time_passes(self, seconds: float) -> None:
        """Who waits for another's rendering has waited for so long; what was right for the hour is so no more."""
        self.stage.clock.passed += seconds
        self.traveller.shift(timedelta(seconds=seconds))

    # What goes wrong

    @rule(where=PLACE, what=st.sampled_from(TROUBLE), which=st.integers(0, 50))
    def trouble(self, where: int, what: str, which: int) -> None:
        """Something goes wrong on a machine."""
        here = self.here[where]
        getattr(self, what)(here, which)

    def the_line_to_the_database_is_cut_or_mended(self, here: Here, _: int) -> None:
        """Readers get what is baked."""
        here.is_cut = not here.is_cut

    def a_file_is_damaged(self, here: Here, which: int) -> None:
        """A page, or a packed copy, is not what was written."""
        found = sorted(file for file in here.folder.glob("p*/**/*") if file.is_file())
        if found:
            damage(found[which % len(found)], ["garbled", "shortened", "gone"][which % 3])

    def the_index_is_damaged(self, here: Here, which: int) -> None:
        """Nobody knows which page has which keys."""
        for file in here.folder.glob("index-*.sqlite3"):
            damage(file, ["garbled", "shortened"][which % 2])

    def the_folder_is_thrown_away(self, here: Here, _: int) -> None:
        """All that is baked on a machine at whose folder nobody is."""
        if not any(actor.machine is here for actor in self.doing):
            shutil.rmtree(here.folder, ignore_errors=True)

    def the_paper_restarts(self, here: Here, _: int) -> None:
        """Every process ends where it stands; the paper catches up before it answers anybody."""
        for actor in [actor for actor in self.doing if actor.machine is here]:
            self._kill(actor)
        here.begin()
        here.is_cut = False
        self._finish(self._catch_up(here))

    def the_power_fails(self, here: Here, which: int) -> None:
        """The same, and what was not written through to the disk may be lost."""
        for file in here.folder.glob("index-*.sqlite3") if which % 2 else ():
            damage(file, "garbled")
        here.restart()
        self.the_paper_restarts(here, which)

    def days_pass_and_the_log_is_tidied(self, _: Here, which: int) -> None:
        """Nobody is at work, and old purges are forgotten."""
        if not self.doing:
            self.traveller.shift(timedelta(days=[5, 8][which % 2]))
            Purge.objects.outdated().delete()

    def all_becomes_quiet(self) -> None:
        """Everybody comes to an end; then each page is what it should be, from the disk as well."""
        for here in self.here:
            here.is_cut = False
        while self.doing:
            for actor in [*self.doing]:
                if actor in self.doing:
                    self._go(actor, END, 1)
        for here in self.here:
            self._finish(self._catch_up(here))
            for front in [*here.fronts, *here.fronts]:
                for path in SHOWN:
                    self._look(here, front, path)

    # What must hold

    @invariant()
    def no_file_shows_what_is_gone(self) -> None:
        """Any web server may serve the pages: whatever lies there is right; what is set aside shows nothing removed."""
        type(self).steps += 1
        for here in self.here:
            for file in here.folder.glob("pages/**/*"):
                self._hold_to(marks_of(file), here.newest, f"the file {file.name} on the disk")
            for file in here.folder.glob("previous/**/*"):
                self._hold_to(marks_of(file), here.floors, f"the file {file.name} set aside")

    # How it is done

    def _begin(self, doing: Reading | Change | CatchingUp) -> None:
        self.doing[doing.actor] = doing
        self.stage.enter(doing.actor)

    def _pick(self, which: int) -> Actor:
        return [*self.doing][which % len(self.doing)]

    def _go(self, actor: Actor, to: str, times: int) -> None:
        actor.go(to, times)
        if actor.is_done:
            self._judge(actor)

    def _finish(self, actor: Actor) -> None:
        self._go(actor, END, 1)
        self._hold(actor.is_done, "somebody waits for nobody")

    def _kill(self, actor: Actor) -> None:
        actor.kill()
        self.seen["killed"] += 1
        self._judge(actor)

    def _hold(self, is_so: bool, complaint: str) -> None:
        if not is_so and self.is_sound:
            self.complaints.append(complaint)
        self.is_sound = self.is_sound and is_so
        assert is_so, complaint

    def _hold_to(self, marks: Floors, floors: Floors, where: str) -> None:
        for story, serial in marks.items():
            self._hold(serial >= floors.get(story, 0), f"{where} shows {story}@{serial}, and {floors} is so")

    # What is done

    def _change(self, change: Change, stands: bool) -> None:
        actor = change.actor
        write = type(self).purge if change.removes else pagecache.soft_purge
        with transaction.atomic():
            actor.wait_while(lambda: self._is_written_to(change))
            change.serial = next(self.serials)
            row = [change.serial, int(stands), change.story]
            tell("UPDATE baked_story SET serial = %s, stands = %s WHERE story = %s", row)
            transaction.on_commit(lambda: self._note(change, stands))
            write(f"story:{change.story}")

    def _is_written_to(self, change: Change) -> bool:
        """Whether another transaction has the row, for which the database would let this one wait."""
        others = (doing for doing in self.doing.values() if isinstance(doing, Change) and doing is not change)
        return any(one.actor.in_transaction and one.serial and one.story == change.story for one in others)

    def _note(self, change: Change, stands: bool) -> None:
        self.told[change.story] = change.serial, stands
        self.committed[change.story].add(change.serial)
        self.newest[change.story] = change.serial
        if change.removes:
            self.floors[change.story] = change.serial

    def _catch_up(self, here: Here) -> Actor:
        actor = Actor(here, type(self).catch_up)
        self._begin(CatchingUp(actor, dict(self.floors), dict(self.newest)))
        return actor

    # What came of it

    def _judge(self, actor: Actor) -> None:
        """Somebody is done: what was answered, or what holds from now on."""
        doing = self.doing.pop(actor)
        self.seen[type(doing).__name__.lower()] += 1
        self.stage.leave(actor)
        here = actor.machine
        assert isinstance(here, Here)
        if actor.is_killed and not actor.error:
            return
        if actor.error:
            self._hold(isinstance(actor.error, doing.may_meet), f"{actor.error!r}")
        elif isinstance(doing, Reading):
            self._judge_reading(doing)
        elif isinstance(doing, Change):
            raised(here.newest, {doing.story: doing.serial})
            raised(here.floors, {doing.story: doing.serial} if doing.removes else {})
        else:
            raised(here.newest, doing.newest)
            raised(here.floors, doing.floors)

    def _judge_reading(self, reading: Reading) -> None:
        answered = reading.actor.answer
        assert isinstance(answered, Answered)
        marks = marks_in(answered.body)
        known = all(serial in self.committed[story] for story, serial in marks.items())
        self._hold(known and list(marks) == SHOWN[reading.path], f"nobody ever wrote {answered}")
        self._hold_to(marks, reading.floors, f"an answer for {reading.path}")
        if any(serial < reading.newest.get(story, 0) for story, serial in marks.items()):
            self.seen["previous"] += 1
            self._hold(reading.in_company, f"a previous version of {reading.path} while nobody renders it")
        hours = re.findall(rb"hour=(\d+)", answered.body)
        self._hold(all(reading.hour <= int(hour) <= self._hour() for hour in hours), f"the hour is over: {answered}")

    def _look(self, here: Here, front: PageServer, path: str) -> None:
        actor = Actor(here, partial(ask, front, path))
        self._begin(Reading(actor, path, dict(here.floors), dict(here.newest), self._hour()))
        self._finish(actor)
        answered = actor.answer
        assert isinstance(answered, Answered)
        right = {story: self.told[story][0] for story in SHOWN[path]}
        self._hold(marks_in(answered.body) == right, f"{path} is {answered}, and {self.told} is so")
        is_there = path == "/" or all(self.told[story][1] for story in SHOWN[path])
        self._hold(answered.status == (200 if is_there else 404), f"{path} is {answered}")
        self._hold(any(file.exists() for file in front.store.files.of(path)) == is_there, f"{path} is not baked")

    def _hour(self) -> int:
        return int(datetime.now(UTC).timestamp() // HOUR.total_seconds())


# What can be taken out, and how the machine is then.
WITHOUT: dict[str, dict[str, object]] = {
    "": {},
    "the look into the log": {"store": Unchecked},
    "the lock": {"locks": NoLocks},
    "the position before the first question": {"notes_first": False},
    "catching up": {"catch_up": lambda: None},
    "the difference between removed and renewed": {"purge": pagecache.soft_purge},
}


def run(steps: int, *, without: str = "") -> str:
    """Takes so many steps in stories of their own, and tells what came up; raises what does not hold."""
    keep_connected()
    vars(sqlite).update(PATIENCE=0.0)  # who waits for whom is for the director to say
    logging.disable(logging.CRITICAL)  # what is damaged is told, each time
    make_stories()
    machine: type[BakingMachine] = type("Machine", (BakingMachine,), WITHOUT[without])
    while machine.steps < steps:
        stories = max(1, (steps - machine.steps) // STEPS_A_STORY)
        try:
            run_state_machine_as_test(machine, settings=settings(CALM, max_examples=stories))
        except Flaky as error:
            # The same steps went otherwise when Hypothesis took them again: locks, threads and files are the system's.
            if machine.complaints:
                raise AssertionError(f"{machine.complaints}") from error
            reasons: tuple[BaseException, ...] = getattr(error, "exceptions", (error,))
            machine.seen[f"begun anew after {reasons[0]!r:.80}"] += 1
    return f"{machine.steps} steps ({', '.join(f'{times} {what}' for what, times in sorted(machine.seen.items()))})"
