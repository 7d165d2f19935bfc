"""The clock of the old site is compared with the paper's zone, and its days are kept on demand."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError
from django.test import Client

from broadsheet.interchange.loading.clocks import ClockComparison
from broadsheet.newsroom.models import ArticlePage
from tests.factories import newsroom
from tests.interchange.conftest import Written
from tests.interchange.imports import export, run
from tests.interchange.wxr import item

NEVER = "0000-00-00 00:00:00"


def night(number: int, *, local: str = "2021-03-04 00:30:00", gmt: str = "2021-03-03 22:30:00") -> str:
    """Return a post of half past midnight in Helsinki, whose address has its day."""
    written = item(number).replace("2014-07-01 09:30:00", local).replace("2014-07-01 07:30:00", gmt)
    return written.replace(f"/paper/post-{number}/", f"/2021/03/04/post-{number}/")


def compared(zone: str, *clocks: tuple[datetime, float]) -> str:
    """Return the note about times in UTC at which the old site's clock was so many hours ahead."""
    clock = ClockComparison(ZoneInfo(zone))
    for at, hours in clocks:
        clock.add(at, at.replace(tzinfo=None) + timedelta(hours=hours))
    return clock.note("here")


JANUARY, JULY = datetime(2021, 1, 9, 12, tzinfo=UTC), datetime(2021, 7, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/Helsinki", 2, 3),
        ("America/New_York", -5, -4),
        ("Australia/Lord_Howe", 11, 10.5),
        ("Asia/Kathmandu", 5.75, 5.75),
        ("UTC", 0, 0),
    ],
)
def test_a_clock_that_agrees_in_winter_and_summer_needs_no_note(zone: str, winter: float, summer: float) -> None:
    assert compared(zone, (JANUARY, winter), (JULY, summer)) == ""
    note = compared(zone, (JANUARY, winter), (JULY, summer + 1))
    offsets = [timezone(timedelta(hours=hours)) for hours in (winter, summer + 1)]
    assert f"{offsets[0]} from November to February and {offsets[1]} from May to August" in note
    assert "for 1 of 2 articles" in note


def test_a_time_that_no_clock_shows_is_passed_over() -> None:
    assert compared("UTC", (JANUARY, 24 * 365), (JULY, 0.01)) == ""


@pytest.mark.django_db
def test_a_different_zone_is_noted_in_the_dry_run_too_and_the_old_day_leads_on(written: Written) -> None:
    newsroom.paper(time_zone="Europe/London")
    file = written(export(night(1)))
    for words in (["--dry-run"], []):
        report = run(file, *words)
        assert "Note: the old site's clock was UTC+02:00" not in report  # of March, which is neither season
        assert "That is not Europe/London, the paper's time zone, for 1 of 1 articles." in report
        assert "1 of them were published on another day" in report
    assert ArticlePage.objects.get().address == "2021/03/03/post-1"
    assert Client().get("/2021/03/04/post-1/").headers["Location"] == "/2021/03/03/post-1/"
    assert "time zone" not in run(file)


@pytest.mark.django_db
def test_with_the_zone_of_the_old_site_articles_keep_its_day(written: Written) -> None:
    newsroom.paper(time_zone="Europe/London")
    # The second has no time in UTC, as drafts and damaged databases have it, so that the zone decides.
    file = written(export(night(1), night(2, gmt=NEVER), night(3, local=NEVER)))
    report = run(file, "--time-zone", "Europe/Helsinki")
    assert "Note" not in report
    articles = ArticlePage.objects.order_by("slug")
    assert [article.address for article in articles] == [f"2021/03/04/post-{number}" for number in (1, 2, 3)]
    assert {article.published_at for article in articles} == {datetime(2021, 3, 3, 22, 30, tzinfo=UTC)}
    assert Client().get("/2021/03/04/post-1/").status_code == 200
    assert Client().get("/2021/03/04/").status_code == 200


@pytest.mark.django_db
def test_a_zone_that_is_not_the_exports_is_noted_by_its_name(written: Written) -> None:
    assert "That is not Asia/Tokyo, as named, for 1 of 1 articles." in run(
        written(export(night(1))), "--time-zone", "Asia/Tokyo"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd", "+02:00"])
def test_an_unknown_zone_is_refused_and_nothing_is_imported(written: Written, name: str) -> None:
    with pytest.raises(CommandError, match="There is no time zone") as refusal:
        run(written(export(night(1))), "--time-zone", name)
    assert refusal.value.returncode == 2
    assert not ArticlePage.objects.exists()
