"""Moves the copy's dates so that the newest article is of this week, and every weekday stays what it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from broadsheet.demo.copy_reader import Remark, Story

WEEK = timedelta(weeks=1)
# What nobody has read yet was written in the last hours, so that the desk of a fresh demo is that of a busy day.
QUEUE_FOR = timedelta(hours=7)
_UNREAD = {"pending", "unverified"}


@dataclass(frozen=True)
class Dates:
    """By how many whole weeks everything moves, in which zone, and no further than now."""

    move: timedelta
    zone: ZoneInfo
    now: datetime

    def moment(self, local: datetime) -> datetime:
        """A time of the copy as it is to stand in the paper, never in the future."""
        return min((local + self.move).replace(tzinfo=self.zone), self.now)

    def day(self, local: date) -> date:
        """A day of the copy as it is to stand in the paper."""
        return local + self.move


def dates_for(published: Iterable[datetime], *, zone: ZoneInfo, now: datetime) -> Dates:
    """Moves by as many whole weeks as bring the newest article into the seven days before `now`."""
    local_now = now.astimezone(zone).replace(tzinfo=None)
    return Dates(move=(local_now - max(published)) // WEEK * WEEK, zone=zone, now=now)


def times_of_writing(remarks: list[Remark], stories: Iterable[Story], dates: Dates) -> dict[str, datetime]:
    """When each comment was written: after its article and what it answers, and before now."""
    began = {story.slug: dates.moment(story.published) for story in stories}
    longest = {slug: max((one.minutes for one in remarks if one.article == slug), default=0) for slug in began}
    unread = [one.id for one in remarks if one.state in _UNREAD]
    written: dict[str, datetime] = {}
    for one in remarks:
        start = began[one.article]
        minutes = timedelta(minutes=one.minutes) * _pace(start, longest[one.article], dates.now)
        when = start + minutes
        if one.state in _UNREAD:
            when = dates.now - QUEUE_FOR * (1 - (unread.index(one.id) + 0.5) / len(unread))
        earliest = written.get(one.answers, start) + timedelta(seconds=30)
        written[one.id] = min(max(when, earliest), dates.now)
    return written


def _pace(start: datetime, longest: int, now: datetime) -> float:
    """1 where all of an article's comments fit before now, less where they must come faster."""
    room = (now - start) * 0.9
    return min(1.0, room / timedelta(minutes=longest)) if longest else 1.0
