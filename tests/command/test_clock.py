"""The machine's clock jumps while the paper is served: readers have pages with the right date, and nothing is stuck."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.campaigns import looked_at_once
from tests.command.load import Column, ask, reading
from tests.command.papers import Paper, Served, served, wait_until

pytestmark = [pytest.mark.timeout(300), looked_at_once]
DAY = timedelta(days=1)
SOON = 60.0  # seconds; the schedule looks at its clock every five of them


class Clock:
    """What the paper's processes take for the time: this machine's, and so much more or less."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.set(timedelta())

    def set(self, ahead: timedelta) -> None:
        """Lets the clock jump, for processes that run already; they notice within a moment."""
        self.ahead = ahead
        beside = self.file.with_suffix(".new")
        beside.write_text(str(ahead.total_seconds()))
        beside.replace(self.file)

    def today(self) -> str:
        """The date as the front page has it."""
        return f"{datetime.now(UTC) + self.ahead:%A, %-d %B %Y}"

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of processes that believe this clock."""
        return {"PYTHONPATH": str(Path(__file__).with_name("another_clock")), "ANOTHER_CLOCK": str(self.file)}


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A clock that the test may set."""
    return Clock(tmp_path)


def has_recovered(running: Served) -> bool:
    """Whether nothing is to be looked at: the worker's schedule runs, and purges are carried out."""
    return running.get("/readyz") == (200, "ok\n")


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["ahead", "back"])
def test_a_clock_that_jumps_and_is_set_right_again_costs_nobody_anything(
    jump: timedelta, paper: Paper, clock: Clock
) -> None:
    column = Column.of(paper, articles=3)
    with served(paper, surroundings=clock.surroundings) as running:
        with reading(running.port, column.pages) as crowd:
            for number, ahead in enumerate((timedelta(), jump, timedelta())):
                clock.set(ahead)
                wait_until(lambda: clock.today() in running.get("/")[1], patience=SOON)
                form, written = column.form(column.pages[number]), column.comment(f"I saw it {number} times.")
                assert ask(running.port, form, written)[0] == 302
                wait_until(lambda: has_recovered(running), patience=SOON)
                assert clock.today() in running.get("/")[1]
            read = crowd.read
            wait_until(lambda: crowd.read > read + 20)
        assert (crowd.missed, crowd.broken) == ([], [])
        assert running.end() == 0
    assert paper.sql("SELECT count(*) FROM discussion_comment") == [(3,)]


def test_an_email_that_was_put_off_while_the_clock_was_ahead_does_not_wait_for_that_day(
    paper: Paper, clock: Clock
) -> None:
    """The paper has no mail server: what can be seen is that the email is tried again."""
    column = Column.of(paper, articles=1)
    clock.set(DAY)
    with served(paper, surroundings=clock.surroundings) as running:
        assert ask(running.port, column.form(column.pages[0]), column.comment("I saw it 1 time."))[0] == 302
        wait_until(lambda: paper.sql("SELECT attempts FROM mail_email") == [(1,)], patience=SOON)
        clock.set(timedelta())
        wait_until(lambda: paper.sql("SELECT attempts FROM mail_email") == [(2,)], patience=SOON)
