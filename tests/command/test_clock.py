"""The machine's clock jumps while the paper is served: pages have the right date, and the worker goes on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.campaigns import looked_at_once
from tests.command.load import Articles, readers, request
from tests.command.papers import Paper, RunningCommand, serving, wait_until

pytestmark = [pytest.mark.timeout(300), looked_at_once]
DAY = timedelta(days=1)
SOON = 60.0  # seconds; the schedule checks the time every five seconds


class Clock:
    """The clock of the paper's processes: this machine's, with a shift."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.set(timedelta())

    def set(self, shift: timedelta) -> None:
        """Shift the clock; running processes follow within 0.05 seconds."""
        self.shift = shift
        draft = self.file.with_suffix(".new")
        draft.write_text(str(shift.total_seconds()))
        draft.replace(self.file)

    def today(self) -> str:
        """Return the date in the form of the front page."""
        return f"{datetime.now(UTC) + self.shift:%A, %-d %B %Y}"

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment variables of a process that uses this clock."""
        return {"PYTHONPATH": str(Path(__file__).with_name("shifted_clock")), "SHIFTED_CLOCK": str(self.file)}


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A clock that the test can shift."""
    return Clock(tmp_path)


def has_recovered(running: RunningCommand) -> bool:
    """Return whether /readyz reports no problem: the schedule runs, and purges are carried out."""
    return running.get("/readyz") == (200, "ok\n")


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["ahead", "back"])
def test_readers_and_commenters_notice_nothing_of_a_clock_that_jumps_and_is_corrected(
    jump: timedelta, paper: Paper, clock: Clock
) -> None:
    articles = Articles.of(paper, articles=3)
    with serving(paper, variables=clock.variables) as running:
        with readers(running.port, articles.pages) as load:
            for number, shift in enumerate((timedelta(), jump, timedelta())):
                clock.set(shift)
                wait_until(lambda: clock.today() in running.get("/")[1], timeout=SOON)
                form, fields = articles.form(articles.pages[number]), articles.comment(f"I saw it {number} times.")
                assert request(running.port, form, fields)[0] == 302
                wait_until(lambda: has_recovered(running), timeout=SOON)
                assert clock.today() in running.get("/")[1]
            count = load.pages_read
            wait_until(lambda: load.pages_read > count + 20)
        assert (load.wrong_responses, load.broken_connections) == ([], [])
        assert running.end() == 0
    assert paper.sql("SELECT count(*) FROM discussion_comment") == [(3,)]


def test_an_email_postponed_while_the_clock_was_ahead_is_sent_soon_after_the_correction(
    paper: Paper, clock: Clock
) -> None:
    """The paper has no mail server, so the second attempt is what shows it."""
    articles = Articles.of(paper, articles=1)
    clock.set(DAY)
    with serving(paper, variables=clock.variables) as running:
        assert request(running.port, articles.form(articles.pages[0]), articles.comment("I saw it 1 time."))[0] == 302
        wait_until(lambda: paper.sql("SELECT attempts FROM mail_email") == [(1,)], timeout=SOON)
        clock.set(timedelta())
        wait_until(lambda: paper.sql("SELECT attempts FROM mail_email") == [(2,)], timeout=SOON)
