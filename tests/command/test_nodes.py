"""Three machines with their own disks, one PostgreSQL: what is removed at one is gone at all, or the desk says so."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.campaigns import figure
from tests.command.papers import POSTGRES, Paper, Served, served, wait_until
from tests.command.proxy import Cable
from tools.processes import living

pytestmark = [
    pytest.mark.postgres,  # which several machines need
    pytest.mark.timeout(1800),
]

ROUNDS = figure(full=300)
LATEST = 1.0  # seconds until the others have carried out a purge, in 99 of 100 cases
WORDS = "The ferry was sold before the vote"


@dataclass
class Machines:
    """The paper at its first machine, the three that answer readers, and the cable of the third."""

    paper: Paper
    third: Paper
    running: list[Served]
    cable: Cable
    path: str

    def told(self, call: str) -> str:
        """What a function of `nodes` returns at the first machine."""
        return self.paper.shell(f"from tests.command import nodes; print(nodes.{call})", patience=1500)

    def shows(self, number: int) -> bool:
        """Whether a reader of one machine finds the words."""
        status, text = self.running[number].get(self.path)
        assert status == 200
        return WORDS in text


@pytest.fixture
def machines(paper: Paper, tmp_path: Path) -> Iterator[Machines]:
    """The three of them; the third reaches the database by a cable that can be cut."""
    second, third = (Paper(tmp_path / name, paper.database) for name in ("second", "third"))
    for other in (second, third):
        shutil.copytree(paper.folder, other.folder)
    with ExitStack() as stack:
        cable = stack.enter_context(Cable())
        options = third.folder / "broadsheet.toml"
        direct = f"{POSTGRES}/{paper.database}"
        assert direct in options.read_text()
        options.write_text(options.read_text().replace(direct, cable.url_of(paper.database)))
        path = paper.shell("from tests.command import nodes; print(nodes.prepare())")
        running = [stack.enter_context(served(one, "--workers", "1")) for one in (paper, second, third)]
        yield Machines(paper, third, running, cable, path)


@pytest.mark.campaign
def test_what_is_removed_at_one_machine_is_gone_at_the_others_within_a_second(machines: Machines) -> None:
    ports = [one.port for one in machines.running]
    told = json.loads(machines.told(f"rounds({ROUNDS}, {machines.path!r}, {ports})"))
    assert told["stale"] == []
    seconds = told["seconds"]
    print(f"{len(seconds)} purges: median {seconds[len(seconds) // 2]:.3f} s, longest {seconds[-1]:.3f} s")
    assert seconds[int(len(seconds) * 0.99)] < LATEST


def test_the_desk_says_which_machine_is_cut_off_until_that_has_caught_up(machines: Machines) -> None:
    assert [machines.shows(number) for number in range(3)] == [True] * 3
    assert "Purge pending" not in machines.told("desk()")
    machines.cable.cut()
    machines.told("turn()")
    assert "Purge pending" in machines.told("desk()")
    assert not machines.shows(0)
    wait_until(lambda: not machines.shows(1))
    assert machines.shows(2)  # nobody could tell it; it goes on answering, as every machine does without the database
    machines.cable.join()
    wait_until(lambda: "[]" in machines.told("pagecache.lagging_nodes()"))
    assert not machines.shows(2)
    assert "Purge pending" not in machines.told("desk()")


def test_a_machine_that_begins_again_answers_nothing_that_was_removed_meanwhile(machines: Machines) -> None:
    assert machines.shows(2)
    third = machines.running[2]
    family = third.descendants()
    third.end(signal.SIGKILL)
    wait_until(lambda: not living(family))
    machines.told("turn()")
    assert "Purge pending" in machines.told("desk()")
    with served(machines.third, "--workers", "1", port=third.port) as again:
        assert WORDS not in again.get(machines.path)[1]
        wait_until(lambda: "[]" in machines.told("pagecache.lagging_nodes()"))
        assert again.end() == 0
    machines.told("turn()")
    time.sleep(1)
    assert "Purge pending" not in machines.told("desk()")  # it has said that it ended, and nobody waits for it
