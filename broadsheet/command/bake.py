"""`broadsheet bake`: bakes every page of the paper before readers ask, and makes a static copy of them."""

import argparse
import signal
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from broadsheet.command import addresses, makeup, soundness, statics
from broadsheet.command.findings import refuse_failed
from broadsheet.command.static_copy import StaticCopy, replaced
from broadsheet.command.worker import needed
from broadsheet.config.baked import fault_of_folder
from broadsheet.core.errors import Refusal
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.baking import Asked, Fate, baked

SAY_EVERY = 5.0  # seconds
IN_A_ROW = 10  # pages that fail, after which the others would too
NAMED = 20  # of those that failed
INTERRUPTED = 130
LEFT_BY_BAKING = "The same command goes on from there."
LEFT_BY_COPY = "The pages stay baked; there is no new copy, and an earlier one is as it was."


class CannotBake(Refusal):
    """Not a page fails, but what all of them stand on."""

    code = "cannot-bake"


@dataclass
class Tally:
    """What became of the pages so far."""

    total: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    in_a_row: int = 0
    is_stopped: bool = False
    said_at: float = field(default_factory=time.monotonic)

    def note(self, asked: Asked, *, wrong: str) -> None:
        """Counts one; raises CannotBake where it is of no use to go on, KeyboardInterrupt where nobody wants it to."""
        if self.is_stopped:
            raise KeyboardInterrupt
        self.fates[asked.fate] += 1
        self.in_a_row = self.in_a_row + 1 if wrong else 0
        if wrong:
            self.failed.append(f"{asked.path} {wrong}")
        if self.in_a_row >= IN_A_ROW:
            raise CannotBake(f"{IN_A_ROW} pages in a row failed, so the rest was not tried: {self.failed[-1]}.")
        self._say()

    def stop(self, *_: object) -> None:
        """Ctrl-C: at once, or with the next page, where Python has lost the exception between two lines of its own."""
        self.is_stopped = True
        raise KeyboardInterrupt

    def _say(self) -> None:
        if time.monotonic() > self.said_at + SAY_EVERY:
            self.said_at = time.monotonic()
            print(f"{self.fates.total():,} of {self.total:,} …", flush=True)

    def __str__(self) -> str:
        fates = self.fates
        said = [f"{fates[Fate.BAKED]:,} baked", f"{fates[Fate.ALREADY]:,} were already"]
        if fates[Fate.ELSEWHERE]:
            said.append(f"{fates[Fate.ELSEWHERE]:,} were gone when it was their turn")
        if fates[Fate.UNKEPT] and not self.failed:
            said.append(f"{fates[Fate.UNKEPT]:,} were answered and not kept")
        if self.failed:
            said.append(f"{len(self.failed):,} could not be")
        return ", ".join(said)


def run(asked: argparse.Namespace) -> int:
    """Bakes the paper; where a page could not be baked, names it and returns 1."""
    tally = Tally()
    before = signal.signal(signal.SIGINT, tally.stop)
    try:
        work(asked, tally)
    except KeyboardInterrupt:
        print(f"Stopped: {tally}. {LEFT_BY_COPY if asked.to else LEFT_BY_BAKING}")
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, before)
    return report(tally)


def work(asked: argparse.Namespace, tally: Tally) -> None:
    """Looks whether it can be done, and does it."""
    refuse_failed(needed())
    statics.gather()
    makeup.renew_what_was_made_otherwise()
    pagecache.catch_up()  # what lies there may have missed something while nobody served
    paths = addresses.everything()
    tally.total = len(paths)
    print(f"{tally.total:,} pages.", flush=True)
    if asked.to:
        copy(paths, asked.to, tally)
    else:
        bake(paths, tally)


def bake(paths: Iterable[str], tally: Tally) -> None:
    """Asks for each page, which bakes it."""
    for path in paths:
        asked = baked(path)
        tally.note(asked, wrong=why_not_baked(asked))


def why_not_baked(asked: Asked) -> str:
    """Why a page is not on the disk; nothing where it is, or is no page any more. Raises CannotBake, Unfit."""
    if asked.fate == Fate.UNKEPT:
        if why := fault_of_folder(settings.BAKED_PAGES):
            raise CannotBake(f"Nothing can be written in {settings.BAKED_PAGES} ({why}). Mend that and run it again.")
        return "was answered, and could not be kept: the log says why"
    return why_not_had(asked)


def why_not_had(asked: Asked) -> str:
    """Why a page was not answered; nothing where it was. Raises Unfit where it is the database."""
    if asked.fate != Fate.FAILED:
        return ""
    refuse_failed([soundness.database()])
    return f"was answered with status {asked.status}: the log says why"


def copy(paths: list[str], to: Path, tally: Tally) -> None:
    """Copies each page into a new folder, which takes the place of an earlier copy when it is whole."""
    folder = to.expanduser().resolve()
    with replaced(folder) as beside:
        made = StaticCopy(beside, paths)
        for asked in made.pages():
            tally.note(asked, wrong=why_not_had(asked) or made.fault_of(asked))
        if tally.failed:
            report(tally)
            raise CannotBake(f"So there is no new copy in {folder}, and an earlier one is as it was.")
        made.finish()
    print(f"The copy is in {folder}: {made.count:,} files.")


def report(tally: Tally) -> int:
    """The closing lines; the exit code."""
    for line in tally.failed[:NAMED]:
        print(f"  {line}")
    if len(tally.failed) > NAMED:
        print(f"  and {len(tally.failed) - NAMED:,} more")
    print(f"{tally}.", flush=True)
    return int(bool(tally.failed))
