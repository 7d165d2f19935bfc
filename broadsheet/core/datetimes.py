"""Dates and times in the format that a paper has chosen, written with the format characters of Django's templates."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateformat import DateFormat
from django.utils.formats import get_format
from django.utils.translation import gettext as _

DAY, MONTH, YEAR, HOUR = "dj", "mnFMbNE", "Yy", "gGhHfP"
WEEKDAY = "lD"
_IN_DATES = frozenset(DAY + MONTH + YEAR + WEEKDAY + "S")
_IN_TIMES = frozenset(HOUR + "aAisTeO")
_SEPARATORS = frozenset(" ,-/.")
_TOKEN = re.compile(r"\\.|.", re.DOTALL)


class _Format(DateFormat):
    """Django's format characters, two of them corrected for newspapers."""

    def a(self) -> str:
        """Return “am” or “pm”; Django has “a.m.”, which newspapers have given up."""
        return super().a().replace(".", "")

    def T(self) -> str:  # noqa: N802 - the format character
        """Return the abbreviation of the zone also for the hour that comes twice in autumn, where Django has none."""
        value: datetime = self.data  # type: ignore[assignment]  # Django asks only a datetime for its zone
        return value.tzname() or ""


@dataclass(frozen=True)
class DateStyle:
    """The formats of a date and of a time of day, e.g. “28 March 2019” and “06:16 GMT”.

    Names of months and days are in the active language; aware times are converted to the active time zone.
    """

    date_format: str = "j F Y"
    time_format: str = "H:i T"

    def full_date(self, value: date) -> str:
        """Return day, month and year: “28 March 2019”."""
        return _formatted(value, self.date_format)

    def time_of_day(self, value: datetime) -> str:
        """Return the time: “06:16 GMT”."""
        return _formatted(value, self.time_format)

    def date_and_time(self, value: datetime) -> str:
        """Return both: “28 March 2019, 06:16 GMT”."""
        return _("%(date)s, %(time)s") % {"date": self.full_date(value), "time": self.time_of_day(value)}

    def weekday_and_date(self, value: date) -> str:
        """Return the date with its day of the week: “Thursday, 28 March 2019”."""
        return _formatted(value, _with_weekday(self.date_format))

    def weekday_and_day(self, value: date) -> str:
        """Return the date with its day of the week and without its year: “Thursday, 28 March”."""
        return _formatted(value, _with_weekday(_without_year(self.date_format)))

    def month_and_year(self, value: date) -> str:
        """Return month and year as the active language writes them: “March 2019”."""
        return _formatted(value, get_format("YEAR_MONTH_FORMAT"))

    def month_name(self, value: date) -> str:
        """Return the month alone: “March”."""
        return _formatted(value, "F")


_active: ContextVar[DateStyle] = ContextVar("the date style of this request", default=DateStyle())  # noqa: B039 - frozen
# The formats of a language whose paper has chosen none; every other language has those of DateStyle itself.
USUAL_STYLES = {"de": DateStyle("j. F Y", r"H:i \U\h\r")}


def usual_style(language: str) -> DateStyle:
    """Return the usual formats of a language, e.g. “28. März 2019” and “06:16 Uhr” for German."""
    return USUAL_STYLES.get(language.partition("-")[0], DateStyle())


def current_style() -> DateStyle:
    """Return the style that is active in this context, as Django does for the language and the time zone."""
    return _active.get()


@contextmanager
def override_style(style: DateStyle) -> Iterator[None]:
    """Make the style active within the `with` block."""
    before = _active.set(style)
    try:
        yield
    finally:
        _active.reset(before)


def machine_time(value: date) -> str:
    """Return the value of a `datetime` attribute: “2019-03-28” for a date, “2019-03-28T06:16+0000” for a time."""
    return f"{_local(value):%Y-%m-%dT%H:%M%z}" if isinstance(value, datetime) else value.isoformat()


def check_date_format(pattern: str) -> None:
    """Raise ValidationError where the pattern shows a time, or leaves out the day, the month or the year."""
    _check_characters(pattern, _IN_DATES)
    if not all(_has_any(pattern, part) for part in (DAY, MONTH, YEAR)):
        raise ValidationError(_("A date needs a day, a month and a year, for example “j F Y” for 28 March 2019."))


def check_time_format(pattern: str) -> None:
    """Raise ValidationError where the pattern shows a date, or leaves out the hour."""
    _check_characters(pattern, _IN_TIMES)
    if not _has_any(pattern, HOUR):
        raise ValidationError(_("A time needs an hour, for example “H:i” for 06:16."))


def _check_characters(pattern: str, allowed: Iterable[str]) -> None:
    for part in _TOKEN.findall(pattern):
        if part.endswith("\\") or (part.isascii() and part.isalpha() and part not in allowed):
            raise ValidationError(
                _(
                    "“%(character)s” has no meaning here. To show a letter as it is, put a backslash before it, "
                    "as in \\U\\h\\r."
                ),
                params={"character": part},
            )


def _has_any(pattern: str, characters: str) -> bool:
    return any(token in characters for token in _TOKEN.findall(pattern))


def _with_weekday(pattern: str) -> str:
    return pattern if _has_any(pattern, WEEKDAY) else f"l, {pattern}"


def _without_year(pattern: str) -> str:
    """Return the pattern without the year and the punctuation that leads to it, or follows it where it comes first.

    A full stop that belongs to the day or month before it stays, as in “28.03.”. A pattern keeps its year where other
    words or signs may belong to it, as in “2019年3月28日” or “28 March (2019)”.
    """
    tokens = _TOKEN.findall(pattern)
    places = [place for place, token in enumerate(tokens) if token in YEAR]
    if len(places) != 1:
        return pattern
    before, after = tokens[: places[0]], tokens[places[0] + 1 :]
    gap = list(takewhile(lambda token: token not in _IN_DATES, after))
    is_first = not any(token in DAY + MONTH for token in before)
    of_the_year = [*(token for token in before if token not in _IN_DATES), *gap] if is_first else gap
    if (is_first or len(gap) == len(after)) and not _SEPARATORS.issuperset(of_the_year):
        return pattern
    if is_first:
        return "".join([*before, *after[len(gap) :]])
    kept = len(before)
    while kept and before[kept - 1] not in _IN_DATES:
        kept -= 1
    full_stop = before[kept : kept + 1] == ["."]
    return "".join([*before[: kept + full_stop], *after])


def _formatted(value: date, pattern: str) -> str:
    return _Format(_local(value)).format(pattern)


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
