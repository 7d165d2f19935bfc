"""Compares the clock of the old site with a time zone, so that the operator learns of a difference."""

from collections import Counter
from datetime import datetime, timedelta, timezone, tzinfo

_EARLIEST, _LATEST, _STEP = timedelta(hours=-12), timedelta(hours=14), timedelta(minutes=15)
_SEASONS = {"from November to February": (11, 12, 1, 2), "from May to August": (5, 6, 7, 8)}


class ClockComparison:
    """The local times of an export beside their times in UTC."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.count = self.differing = self.on_another_day = 0
        self.offsets: dict[str, Counter[timedelta]] = {season: Counter() for season in _SEASONS}

    def add(self, at: datetime, wall_clock: datetime) -> None:
        """Compare the two times of an article: the aware one, and the naive one that the old site showed."""
        offset = wall_clock - at.replace(tzinfo=None)
        if not _EARLIEST <= offset <= _LATEST or offset % _STEP:
            return  # a mistake of the old site, not its zone
        here = at.astimezone(self.zone)
        self.count += 1
        self.differing += offset != here.utcoffset()
        self.on_another_day += wall_clock.date() != here.date()
        for season, months in _SEASONS.items():
            self.offsets[season][offset] += at.month in months

    def note(self, name: str) -> str:
        """Return the sentence for the operator, who knows the zone by this name; empty where the clocks agree."""
        if not self.differing:
            return ""
        seen = [(season, _utc(offsets)) for season, offsets in self.offsets.items() if offsets.total()]
        clock = " and ".join(f"{offset} {season}" for season, offset in seen) or "another"
        of = f"{self.differing:,} of {self.count:,} articles"
        days = f" {self.on_another_day:,} of them were published on another day here, which their new addresses have."
        return (
            f"the old site's clock was {clock}. That is not {name}, for {of}.{days if self.on_another_day else ''} "
            "Old addresses lead to the new ones. To keep the days of the old site, name its zone with --time-zone, "
            "or set the paper's in /cms/ → Settings → Paper before the import."
        )


def _utc(offsets: Counter[timedelta]) -> str:
    return str(timezone(offsets.most_common(1)[0][0]))
