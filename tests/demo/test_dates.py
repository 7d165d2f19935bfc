"""The demo is of this week, whenever it is filled."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.demo.copy_reader import read_copy
from broadsheet.demo.dates import QUEUE_FOR, dates_for, times_of_writing
from broadsheet.discussion.models import UNVERIFIED_FOR

COPY = read_copy()
ZONE = ZoneInfo("Europe/London")
NOWS = st.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - UTC by timezones


@given(NOWS)
def test_the_newest_article_is_of_the_last_seven_days_and_weekdays_stay(now: datetime) -> None:
    published = [story.published for story in COPY.stories]
    dates = dates_for(published, zone=ZONE, now=now)
    moved = [dates.moment(when) for when in published]
    clock = now.astimezone(ZONE).replace(tzinfo=None)
    assert timedelta(0) <= clock - (max(published) + dates.move) < timedelta(days=7)
    assert max(moved) <= now
    assert dates.move % timedelta(weeks=1) == timedelta(0)
    assert [when.astimezone(ZONE).weekday() for when in moved] == [when.weekday() for when in published]


@given(NOWS)
def test_every_comment_stands_between_what_it_is_about_and_now(now: datetime) -> None:
    dates = dates_for([story.published for story in COPY.stories], zone=ZONE, now=now)
    written = times_of_writing(COPY.remarks, COPY.stories, dates)
    began = {story.slug: dates.moment(story.published) for story in COPY.stories}
    for remark in COPY.remarks:
        assert began[remark.article] <= written[remark.id] <= now
        assert not remark.answers or written[remark.answers] <= written[remark.id]


@given(NOWS)
def test_unreviewed_comments_are_at_most_a_working_day_old(now: datetime) -> None:
    dates = dates_for([story.published for story in COPY.stories], zone=ZONE, now=now)
    written = times_of_writing(COPY.remarks, COPY.stories, dates)
    waiting = [written[remark.id] for remark in COPY.remarks if remark.state in {"pending", "unverified"}]
    assert now - min(waiting) <= QUEUE_FOR < UNVERIFIED_FOR
