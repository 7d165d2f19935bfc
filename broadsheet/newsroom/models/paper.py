"""The paper as its editors describe it in /cms/ → Settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from broadsheet.core.datetimes import DateStyle, check_date_format, check_time_format, override_style, usual_style
from broadsheet.pagecache.fragments import cached

_speaking: "ContextVar[Paper | None]" = ContextVar("the paper in whose voice this request is answered", default=None)
SAMPLE = datetime(2019, 3, 28, 6, 16)  # noqa: DTZ001 - the time on the clock, wherever the paper is


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check_time_zone(name: str) -> None:
    """Refuses a time zone that the tz database does not know."""
    if name not in _zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Enter it as Europe/Berlin or America/Bogota."), params={"name": name}
        )


@register_setting(icon="newspaper")
class Paper(BaseGenericSetting):
    """Name, voice and place of the newspaper."""

    name = models.CharField(
        "name of the paper", max_length=80, default="The Broadsheet", help_text="As in the masthead."
    )
    tagline = models.CharField(max_length=140, blank=True, help_text="One line under the name. May be empty.")
    language = models.CharField(
        max_length=12,
        choices=settings.LANGUAGES,
        default="en-gb",
        help_text="The language of the pages: dates, buttons and what a screen reader pronounces.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[check_time_zone],
        help_text="All times on the pages are told in this zone, e.g. Europe/Berlin. Addresses of published articles "
        "keep the date they have.",
    )
    date_format = models.CharField(
        _("date format"),
        max_length=40,
        blank=True,
        validators=[check_date_format],
        help_text=_(
            "Leave empty for the language’s usual format. Examples: “j F Y” gives 28 March 2019, “F j, Y” gives "
            "March 28, 2019, “j. F Y” gives 28. March 2019, “Y-m-d” gives 2019-03-28."
        ),
    )
    time_format = models.CharField(
        _("time format"),
        max_length=40,
        blank=True,
        validators=[check_time_format],
        help_text=_(
            "Leave empty for the language’s usual format. Examples: “H:i T” gives 06:16 with the time zone, “g:i a” "
            "gives 6:16 am, “H:i \\U\\h\\r” gives 06:16 Uhr."
        ),
    )
    contact_email = models.EmailField("contact e-mail", blank=True, help_text="Shown in the foot of every page.")
    contact = models.TextField(blank=True, help_text="Publisher, street, telephone: shown in the foot of every page.")

    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("tagline")], heading="Masthead"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("language"), FieldPanel("time_zone")]),
                FieldRowPanel([FieldPanel("date_format"), FieldPanel("time_format")]),
                HelpPanel(template="newsroom/panels/date_preview.html", heading=_("Preview")),
            ],
            heading=_("Language and time"),
        ),
        MultiFieldPanel([FieldPanel("contact_email"), FieldPanel("contact")], heading="Contact"),
    ]

    class Meta:
        verbose_name = "paper"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls, request_or_site: Any = None) -> "Paper":
        """The paper; every page asks for it, and it changes once a year."""
        return cached("paper", lambda: super(Paper, cls).load(request_or_site))

    @classmethod
    def speaking(cls) -> "Paper":
        """The paper as it is in this request, or by now: for what is written in its name within a transaction."""
        return _speaking.get() or cls.load()

    @contextmanager
    def voice(self) -> Iterator[None]:
        """Has everything said in the paper's own language, time and name."""
        before = _speaking.set(self)
        try:
            with timezone.override(self.zone), translation.override(self.language), override_style(self.date_style):
                yield
        finally:
            _speaking.reset(before)

    @property
    def zone(self) -> ZoneInfo:
        """The paper's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def date_style(self) -> DateStyle:
        """The format in which the paper writes dates and times."""
        usual = usual_style(self.language)
        return DateStyle(self.date_format or usual.date_format, self.time_format or usual.time_format)

    def date_preview(self) -> str:
        """Return a sample date and time in the paper's language, zone and format."""
        with self.voice():
            return self.date_style.date_and_time(SAMPLE.replace(tzinfo=self.zone))

    def today(self) -> date:
        """The calendar day in the paper's zone."""
        return timezone.localdate(timezone=self.zone)

    def midnight(self) -> datetime:
        """When the next day begins in the paper's zone."""
        return datetime.combine(self.today() + timedelta(days=1), time(), tzinfo=self.zone)
