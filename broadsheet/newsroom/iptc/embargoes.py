"""Embargoes: the time before which a picture must not be published, from the fields and from the words of an agency."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

_WORDS = re.compile(
    r"embargo\w*|sperrfrist|gesperrt\s+bis|freigabe\s+(?:ab|erst)|not\s+for\s+(?:release|publication|use)\s+(?:before|until)"
    r"|(?:do\s+not|don't|must\s+not(?:\s+be)?)\s+(?:publish|publish\w*|use|used)\s+(?:before|until)|hold\s+(?:for|until)",
    re.IGNORECASE,
)
_LONGEST = 5000  # characters that are searched
_REACH = 120  # characters behind the word
_MONTHS = (
    "jan januar january janvier",
    "feb februar february février",
    "mar mär mrz märz march mars",
    "apr april avril",
    "may mai",
    "jun juni june juin",
    "jul juli july juillet",
    "aug august août",
    "sep sept september septembre",
    "oct okt october oktober octobre",
    "nov november novembre",
    "dec dez december dezember décembre",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_DATES = [
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?:T|\b)"),
    re.compile(r"\b(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?P<m>{_NAME})\.?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<m>{_NAME})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
]
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2}
_ZONES |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "pst": -8, "pdt": -7}
_ZONE = r"(?P<zone>z|utc|gmt|bst|cest|cet|mesz|mez|[ecp][sd]t|[+-]\d\d:?\d\d)?"
_TIMES = [
    re.compile(
        rf"(?<![\d.])(?P<h>\d{{1,2}})[:.](?P<min>\d\d)(?::\d\d(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\b)?(?:\s*(?:uhr|hrs?|h)\b)?\s*{_ZONE}(?![a-z])",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?P<h>\d{{1,2}})(?P<min>)\s*(?P<half>[ap]\.?m\b|uhr\b)\s*{_ZONE}(?![a-z])", re.IGNORECASE),
    re.compile(rf"\b(?P<h>\d\d)(?P<min>\d\d)(?P<half>)\s*(?:hrs?|h|uhr)?\s*{_ZONE}(?![a-z])", re.IGNORECASE),
]
_IIM_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)?\s*(?:([+-])(\d\d)(\d\d))?")
_NOON = 12


def embargo_in(text: str, zone: tzinfo) -> datetime | None:
    """Return the time behind the first word for an embargo, such as “Sperrfrist: 28.11.2026, 18.00 Uhr”.

    Without an hour it is the beginning of the day, and without a zone the hour is on the paper's clocks. Return None
    where the text names no embargo, or no date that can be understood in one way only.
    """
    for word in _WORDS.finditer(text[:_LONGEST]):
        following = text[word.end() : word.end() + _REACH]
        for date in filter(None, (pattern.search(following) for pattern in _DATES)):
            around = f"{following[: date.start()]} {following[date.end() :]}"
            hour, own_zone = _hour_in(around, zone)
            with_year = _date_of(date)
            if with_year is not None:
                return with_year.replace(hour=hour.hour, minute=hour.minute, tzinfo=own_zone)
    return None


def embargo_of_fields(date: str, hour: str, zone: tzinfo) -> datetime | None:
    """Return the time of IPTC's release date (20261128) and release time (180000+0100); None for other forms."""
    try:
        day = datetime.strptime(date.strip()[:8], "%Y%m%d").replace(tzinfo=zone)
        match = _IIM_TIME.match(hour.strip())
        if match is None:
            return day
        if match[4]:
            day = day.replace(tzinfo=_offset(f"{match[4]}{match[5]}{match[6]}"))
        return day.replace(hour=int(match[1]), minute=int(match[2]))
    except ValueError:
        return None


def embargo_of_iso(text: str, zone: tzinfo) -> datetime | None:
    """Return the time of a property in ISO 8601, such as PRISM's embargoDate; None for another text."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _date_of(match: re.Match[str]) -> datetime | None:
    month = match["m"].lower()
    try:
        return datetime(int(match["y"]), _MONTH.get(month) or int(month), int(match["d"]), tzinfo=UTC)
    except ValueError:
        return None


def _hour_in(text: str, zone: tzinfo) -> tuple[time, tzinfo]:
    """Return the first hour in the text and its zone; midnight and the paper's zone where it has none."""
    for match in _hours(text):
        hour, minute = int(match["h"]), int(match["min"] or 0)
        half = (match["half"] or "").lower()
        if half.startswith(("a", "p")):
            hour = hour % _NOON + (_NOON if half.startswith("p") else 0)
        try:
            return time(hour, minute), _offset(match["zone"]) if match["zone"] else zone
        except ValueError:
            continue  # not an hour
    return time(), zone


def _hours(text: str) -> Iterator[re.Match[str]]:
    for pattern in _TIMES:
        yield from pattern.finditer(text)


def _offset(name: str) -> timezone:
    known = _ZONES.get(name.lower())
    if known is not None:
        return timezone(timedelta(hours=known))
    digits = name[1:].replace(":", "")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if name.startswith("-") else length)
