"""Dates of the copy, moved by whole weeks so that the newest article is of this week (ADR 14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from broadsheet.demo.copy_reader import Remark, Story

WEEK = timedelta(weeks=1)
# Unreviewed comments were written in these last hours, as on a busy day.
QUEUE_FOR = timedelta(hours=7)
_UNREAD = {"pending", "unverified"}


@dataclass(frozen=True)
class Dates:
    """The move in whole weeks, the time zone of the paper, and the present, beyond which no date is moved."""

    move: timedelta
    zone: ZoneInfo
    now: datetime

    def moment(self, local: datetime) -> datetime:
        """Return a time of the copy, moved; never in the future."""
        return min((local + self.move).replace(tzinfo=self.zone), self.now)

    def day(self, local: date) -> date:
        """Return a day of the copy, moved."""
        return local + self.move


def dates_for(published: Iterable[datetime], *, zone: ZoneInfo, now: datetime) -> Dates:
    """Return the dates that bring the newest article into the seven days before `now`."""
    local_now = now.astimezone(zone).replace(tzinfo=None)
    return Dates(move=(local_now - max(published)) // WEEK * WEEK, zone=zone, now=now)


def times_of_writing(remarks: list[Remark], stories: Iterable[Story], dates: Dates) -> dict[str, datetime]:
    """Return the time of writing of each comment by its id: after its article and its parent, and before now."""
    began = {story.slug: dates.moment(story.published) for story in stories}
    longest = {slug: max((remark.minutes for remark in remarks if remark.article == slug), default=0) for slug in began}
    unread = [remark.id for remark in remarks if remark.state in _UNREAD]
    written: dict[str, datetime] = {}
    for remark in remarks:
        start = began[remark.article]
        when = start + timedelta(minutes=remark.minutes) * _pace(start, longest[remark.article], dates.now)
        if remark.state in _UNREAD:
            when = dates.now - QUEUE_FOR * (1 - (unread.index(remark.id) + 0.5) / len(unread))
        earliest = written.get(remark.answers, start) + timedelta(seconds=30)
        written[remark.id] = min(max(when, earliest), dates.now)
    return written


def _pace(start: datetime, longest: int, now: datetime) -> float:
    """Return a factor of at most 1 that makes all comments of an article fit before now."""
    room = (now - start) * 0.9
    return min(1.0, room / timedelta(minutes=longest)) if longest else 1.0
