"""Dates and times in the forms that a paper can choose."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from broadsheet.core.datetimes import DateStyle, check_date_format, check_time_format, machine_time, usual_style

MORNING = datetime(2019, 3, 28, 6, 16, tzinfo=UTC)
AMERICAN = DateStyle("F j, Y", "g:i a")
GERMAN = DateStyle("j. F Y", r"H:i \U\h\r")


@pytest.mark.parametrize(
    ("style", "language", "shown"),
    [
        (DateStyle(), "en-gb", "28 March 2019, 06:16 UTC"),
        (AMERICAN, "en-us", "March 28, 2019, 6:16 am"),
        (GERMAN, "de", "28. März 2019, 06:16 Uhr"),
        (DateStyle("Y-m-d", "H.i"), "de", "2019-03-28, 06.16"),
    ],
)
def test_a_paper_writes_dates_and_times_in_its_own_form(style: DateStyle, language: str, shown: str) -> None:
    with translation.override(language):
        assert style.date_and_time(MORNING) == shown


def test_the_usual_form_follows_the_language() -> None:
    assert usual_style("de") == usual_style("de-at") == GERMAN
    assert usual_style("en-gb") == usual_style("en-us") == DateStyle()


@pytest.mark.parametrize(
    ("pattern", "language", "long", "short"),
    [
        ("j F Y", "en-gb", "Thursday, 28 March 2019", "Thursday, 28 March"),
        ("F j, Y", "en-us", "Thursday, March 28, 2019", "Thursday, March 28"),
        ("j. F Y", "de", "Donnerstag, 28. März 2019", "Donnerstag, 28. März"),
        ("d.m.Y", "de", "Donnerstag, 28.03.2019", "Donnerstag, 28.03."),
        ("Y-m-d", "en", "Thursday, 2019-03-28", "Thursday, 03-28"),
        (r"j \d\e F \d\e Y", "en", "Thursday, 28 de March de 2019", "Thursday, 28 de March"),
        ("D j M Y", "en", "Thu 28 Mar 2019", "Thu 28 Mar"),
        ("D, Y-m-d", "en", "Thu, 2019-03-28", "Thu, 03-28"),
        # Signs and words that may belong to the year keep it.
        ("Y年n月j日", "ja", "木曜日, 2019年3月28日", "木曜日, 2019年3月28日"),
        (r"Y. \g\a\d\a j. F", "en", "Thursday, 2019. gada 28. March", "Thursday, 2019. gada 28. March"),
        ("(Y) j F", "en", "Thursday, (2019) 28 March", "Thursday, (2019) 28 March"),
        ("j F (Y)", "en", "Thursday, 28 March (2019)", "Thursday, 28 March (2019)"),
        ("j F Y, Y", "en", "Thursday, 28 March 2019, 2019", "Thursday, 28 March 2019, 2019"),
    ],
)
def test_a_date_gains_its_weekday_and_loses_its_year(pattern: str, language: str, long: str, short: str) -> None:
    with translation.override(language):
        style = DateStyle(pattern)
        assert (style.weekday_and_date(MORNING.date()), style.weekday_and_day(MORNING.date())) == (long, short)


@pytest.mark.parametrize(("language", "shown"), [("en-gb", "March 2019"), ("de", "März 2019")])
def test_a_month_is_written_as_its_language_does(language: str, shown: str) -> None:
    with translation.override(language):
        assert DateStyle("d.m.Y").month_and_year(MORNING) == shown


def test_a_time_is_told_in_the_active_zone() -> None:
    with timezone.override(ZoneInfo("Australia/Lord_Howe")):
        assert DateStyle().date_and_time(MORNING) == "28 March 2019, 17:16 +11"
        assert machine_time(MORNING) == "2019-03-28T17:16+1100"


@pytest.mark.parametrize(("hour", "zone"), [(0, "BST"), (1, "GMT")])
def test_the_hour_that_comes_twice_has_its_zone(hour: int, zone: str) -> None:
    with timezone.override(ZoneInfo("Europe/London")):
        moment = datetime(2019, 10, 27, hour, 30, tzinfo=UTC)
        assert DateStyle().date_and_time(moment) == f"27 October 2019, 01:30 {zone}"


def test_machines_read_a_day_without_a_time() -> None:
    assert machine_time(date(2019, 3, 28)) == "2019-03-28"


@pytest.mark.parametrize("pattern", ["j F Y", "F j, Y", "j. F Y", r"j \d\e F \d\e Y", "Y年n月j日", "l, jS F y"])
def test_a_form_of_a_date_is_taken(pattern: str) -> None:
    check_date_format(pattern)


@pytest.mark.parametrize(
    "pattern", ["", "j F", "F Y", "j Y", "j F Y H:i", "j de F de Y", "j F o", "j F Y\\", r"\j F Y"]
)
def test_what_is_no_date_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        check_date_format(pattern)


@pytest.mark.parametrize("pattern", ["H:i", "H:i T", "g:i a", r"H:i \U\h\r", "P", "G.i e"])
def test_a_form_of_a_time_is_taken(pattern: str) -> None:
    check_time_format(pattern)


@pytest.mark.parametrize("pattern", ["", "i", "H:i Uhr", "j H:i", "H:i\\"])
def test_what_is_no_time_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        check_time_format(pattern)
