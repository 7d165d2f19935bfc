"""What looks again and again outlives a database that goes away."""

import logging
import threading

import pytest
from django.db import Error, OperationalError

from broadsheet.core.polling import poll_forever

COMPLAINT = "There was nothing to be seen (%s)."


def looks(*happens: Exception | None, caplog: pytest.LogCaptureFixture) -> int:
    """Lets this happen, one after the other; returns how often it was complained."""
    stop, left = threading.Event(), [*happens]

    def look() -> None:
        if not left:
            stop.set()
        elif (what := left.pop(0)) is not None:
            raise what

    with caplog.at_level(logging.WARNING):
        poll_forever(stop, look, message=COMPLAINT, interval=0)
    assert not left
    return sum("nothing to be seen" in record.getMessage() for record in caplog.records)


@pytest.mark.django_db
def test_it_complains_once_until_it_is_well_again(caplog: pytest.LogCaptureFixture) -> None:
    gone = OperationalError("the server is gone")
    assert looks(gone, gone, None, Error("again"), OSError("no room"), caplog=caplog) == 2


@pytest.mark.django_db
def test_what_is_no_trouble_of_the_database_or_the_disk_is_not_hidden(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ZeroDivisionError):
        looks(ZeroDivisionError(), caplog=caplog)
