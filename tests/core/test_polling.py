"""Polling continues after failures of every kind."""

import logging
import threading

import pytest
from django.db import Error, OperationalError

from broadsheet.core.attempts import TooManyHanging
from broadsheet.core.polling import poll_forever


def logged_failures(*results: BaseException | None, caplog: pytest.LogCaptureFixture) -> int:
    """Poll with these results in turn, None for success, and return how many failures were logged."""
    stop, remaining = threading.Event(), [*results]

    def poll() -> None:
        if not remaining:
            stop.set()
        elif (result := remaining.pop(0)) is not None:
            raise result

    with caplog.at_level(logging.WARNING):
        poll_forever(stop, poll, part="tide", interval=0)
    assert not remaining
    return sum("part “tide” failed" in record.getMessage() for record in caplog.records)


@pytest.mark.django_db
def test_a_failure_is_logged_once_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    gone = OperationalError("the server is gone")
    assert logged_failures(gone, gone, None, Error("again"), OSError("no room"), caplog=caplog) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit(1), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_no_exception_ends_the_polling(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    assert logged_failures(error, None, error, caplog=caplog) == 2


@pytest.mark.django_db
def test_only_a_loop_full_of_hanging_items_ends(caplog: pytest.LogCaptureFixture) -> None:
    assert logged_failures(TooManyHanging(), caplog=caplog) == 1
