"""Polling continues after errors of the database."""

import logging
import threading

import pytest
from django.db import Error, OperationalError

from broadsheet.core.polling import poll_forever

MESSAGE = "Polling failed (%s)."


def logged_failures(*results: Exception | None, caplog: pytest.LogCaptureFixture) -> int:
    """Poll with these results in turn, None for success, and return how many failures were logged."""
    stop, remaining = threading.Event(), [*results]

    def poll() -> None:
        if not remaining:
            stop.set()
        elif (result := remaining.pop(0)) is not None:
            raise result

    with caplog.at_level(logging.WARNING):
        poll_forever(stop, poll, message=MESSAGE, interval=0)
    assert not remaining
    return sum("Polling failed" in record.getMessage() for record in caplog.records)


@pytest.mark.django_db
def test_a_failure_is_logged_once_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    gone = OperationalError("the server is gone")
    assert logged_failures(gone, gone, None, Error("again"), OSError("no room"), caplog=caplog) == 2


@pytest.mark.django_db
def test_other_exceptions_are_raised(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ZeroDivisionError):
        logged_failures(ZeroDivisionError(), caplog=caplog)
