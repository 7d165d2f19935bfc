"""Show dates and times in the paper's own form. Templates use these filters and never a format of their own."""

from collections.abc import Callable
from datetime import date, datetime

from django import template
from django.utils import timezone

from broadsheet.core.datetimes import DateStyle, current_style, machine_time

register = template.Library()


def _filter(name: str, written: Callable[[DateStyle, datetime], str]) -> None:
    """Register a filter that shows a date or time in the style of the paper, and None as an empty string."""

    def shown(value: datetime | None) -> str:
        return written(current_style(), value) if value else ""

    register.filter(name, shown)


_filter("full_date", DateStyle.full_date)
_filter("time_of_day", DateStyle.time_of_day)
_filter("date_and_time", DateStyle.date_and_time)
_filter("weekday_and_date", DateStyle.weekday_and_date)
_filter("weekday_and_day", DateStyle.weekday_and_day)
_filter("month_and_year", DateStyle.month_and_year)
_filter("month_name", DateStyle.month_name)


@register.filter("machine_time")
def show_machine_time(value: date | None) -> str:
    """Return the value of a `datetime` attribute, or an empty string for None."""
    return machine_time(value) if value else ""


@register.simple_tag
def today() -> str:
    """Return today's date in the paper's zone with its day of the week."""
    return current_style().weekday_and_date(timezone.localdate())
