"""The settings of the paper: its editors change them in /cms/ under Settings → Paper."""

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
from django.forms import Select
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from broadsheet.core.datetimes import DateStyle, check_date_format, check_time_format, override_style, usual_style
from broadsheet.pagecache.fragments import cached

_active: "ContextVar[Paper | None]" = ContextVar("the paper of this request", default=None)
MIN_LOGO = 112  # pixels, the least that Google's guidelines for articles accept
SAMPLE = datetime(2019, 3, 28, 6, 16)  # noqa: DTZ001 - the time on the clock, wherever the paper is


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_choices() -> list[tuple[str, Any]]:
    """Return the time zones for a select: by area, each named by its city, so that typing a name finds it."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(_zones()):
        area, _slash, place = name.partition("/")
        areas.setdefault(area if place else "", []).append((name, (place or name).replace("_", " ")))
    others = [("", areas.pop(area, [])) for area in ("Etc", "")]
    return [("UTC", "UTC"), *areas.items(), *[(gettext("Other"), group) for _area, group in others]]


def check_time_zone(name: str) -> None:
    """Raise ValidationError for a time zone that the tz database does not have."""
    if name not in _zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Enter it as Europe/Berlin or America/Bogota."), params={"name": name}
        )


_ZONES = Select(choices=zone_choices)  # type: ignore[arg-type]  # the stubs do not know callables


@register_setting(icon="newspaper")
class Paper(BaseGenericSetting):
    """The name, language, time zone and contact of the newspaper."""

    name = models.CharField(
        _("name of the paper"), max_length=80, default="The Broadsheet", help_text=_("As in the masthead.")
    )
    tagline = models.CharField(
        _("tagline"), max_length=140, blank=True, help_text=_("One line below the name. Optional.")
    )
    language = models.CharField(
        _("language"),
        max_length=12,
        choices=settings.LANGUAGES,
        default="en-gb",
        help_text=_("The language of the pages: dates, buttons and the pronunciation of screen readers."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[check_time_zone],
        help_text=_(
            "All times on the pages are in this zone, for example Europe/Berlin. The addresses of articles that have "
            "been published keep their dates."
        ),
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
    logo = models.ForeignKey(
        "newsroom.Photo",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "For search engines, which show it beside the paper’s articles: at least 112 pixels wide and high, and "
            "clear on white. Without one, they get the first letter of the name."
        ),
    )
    full_text_in_feeds = models.BooleanField(
        _("full text in feeds"),
        default=False,
        help_text=_("Feeds have the whole text of each article. Otherwise they have the deck and the photograph."),
    )
    contact_email = models.EmailField(_("contact email"), blank=True, help_text=_("Shown in the footer of every page."))
    contact = models.TextField(
        _("contact"), blank=True, help_text=_("Publisher, address, telephone: shown in the footer of every page.")
    )

    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("tagline"), FieldPanel("logo")], heading=_("Masthead")),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("language"), FieldPanel("time_zone", widget=_ZONES)]),
                FieldRowPanel([FieldPanel("date_format"), FieldPanel("time_format")]),
                HelpPanel(template="newsroom/panels/date_preview.html", heading=_("Preview")),
            ],
            heading=_("Language and time"),
        ),
        MultiFieldPanel([FieldPanel("full_text_in_feeds")], heading=_("Feeds")),
        MultiFieldPanel([FieldPanel("contact_email"), FieldPanel("contact")], heading=_("Contact")),
    ]

    class Meta:
        verbose_name = _("paper")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError for a logo that is too small for search engines."""
        super().clean()
        if self.logo and min(self.logo.width, self.logo.height) < MIN_LOGO:
            raise ValidationError(
                {
                    "logo": _(
                        "This logo is too small for search engines. Please choose one that is at least %(pixels)s "
                        "pixels wide and high."
                    )
                    % {"pixels": MIN_LOGO}
                }
            )

    @classmethod
    def load(cls, request_or_site: Any = None) -> "Paper":
        """Return the paper's settings, from the fragment cache: every page needs them, and they hardly ever change."""
        return cached("paper", lambda: super(Paper, cls).load(request_or_site))

    @classmethod
    def current(cls) -> "Paper":
        """Return the settings that were active when the request began, or outside a request the present ones.

        For texts written within a transaction, where the fragment cache is not used.
        """
        return _active.get() or cls.load()

    @contextmanager
    def activated(self) -> Iterator[None]:
        """Make the paper's language, time zone and date style active within the `with` block."""
        before = _active.set(self)
        try:
            with timezone.override(self.zone), translation.override(self.language), override_style(self.date_style):
                yield
        finally:
            _active.reset(before)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the paper."""
        return ZoneInfo(self.time_zone)

    @property
    def zone_name(self) -> str:
        """The city that gives the time zone its name, e.g. “London” or “Buenos Aires”; empty for zones such as UTC."""
        area, _slash, place = self.time_zone.partition("/")
        return place.rpartition("/")[2].replace("_", " ") if place and area != "Etc" else ""

    @property
    def date_style(self) -> DateStyle:
        """The format in which the paper writes dates and times."""
        usual = usual_style(self.language)
        return DateStyle(self.date_format or usual.date_format, self.time_format or usual.time_format)

    def date_preview(self) -> str:
        """Return a sample date and time in the paper's language, zone and format."""
        with self.activated():
            return self.date_style.date_and_time(SAMPLE.replace(tzinfo=self.zone))

    def today(self) -> date:
        """Return the calendar day in the paper's time zone."""
        return timezone.localdate(timezone=self.zone)

    def midnight(self) -> datetime:
        """Return the time at which the next day begins in the paper's time zone."""
        return datetime.combine(self.today() + timedelta(days=1), time(), tzinfo=self.zone)
