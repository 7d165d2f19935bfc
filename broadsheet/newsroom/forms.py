"""The forms of search, preview links and date preview, and the fields of times and of uploaded photographs in /cms/."""

import struct
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from broadsheet.core.datetimes import current_style
from broadsheet.newsroom.exif import name_for, without_metadata
from broadsheet.newsroom.models import Paper, SectionPage
from broadsheet.newsroom.search.index import Scope
from broadsheet.newsroom.search.terms import Term, terms_of

MAX_QUERY = 200
NEWEST = "newest"
TOO_MANY_PIXELS = _("This picture is too large. Please reduce it to at most %(most)s megapixels.")
CUT_OFF = _("This picture is damaged or incomplete. Please copy it from the camera again.")
# The errors that Pillow and its decoders raise for broken files, as a test with damaged bytes shows.
UNREADABLE = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, OverflowError, TypeError, RuntimeError),
    *(struct.error, zlib.error, Image.DecompressionBombError),
)


class PreviewLinkForm(forms.Form):
    """The end of a preview link."""

    days = forms.TypedChoiceField(
        label=_("The link ends after"),
        choices=[("1", _("one day")), ("3", _("three days")), ("7", _("one week"))],
        initial="3",
        coerce=int,
        widget=forms.RadioSelect,
    )


class SearchForm(forms.Form):
    """A search: words, a section, a period, and the order of the results."""

    q = forms.CharField(
        label=_("Search terms"),
        max_length=MAX_QUERY,
        required=False,
        error_messages={"max_length": _("Your search is too long. Please use at most %(limit_value)s characters.")},
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text=_("Finds articles with all of these words, in any order. Use “quotation marks” for an exact phrase."),
    )
    section = forms.ModelChoiceField(
        SectionPage.objects.published().order_by("path"),
        label=pgettext_lazy("newspaper", "Section"),
        required=False,
        to_field_name="slug",
        empty_label=_("All sections"),
    )
    # ISO 8601 in whatever language the paper has: it is the only format of <input type="date">.
    since = forms.DateField(
        label=pgettext_lazy("start of a period", "From"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    until = forms.DateField(
        label=pgettext_lazy("end of a period", "To"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    order = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def terms(self) -> Sequence[Term]:
        """The terms of a valid search."""
        return terms_of(self.cleaned_data["q"])

    @property
    def scope(self) -> Scope:
        """The section and the period of a valid search."""
        return Scope(self.cleaned_data["section"], self.cleaned_data["since"], self.cleaned_data["until"])

    @property
    def is_newest_first(self) -> bool:
        """Whether the results of a valid search are ordered by date."""
        return bool(self.cleaned_data.get("order") == NEWEST)

    def clean_q(self) -> str:
        """Return the words with single spaces between them; raise ValidationError for signs alone."""
        query = " ".join(self.cleaned_data["q"].split())
        if query and not terms_of(query):
            raise ValidationError(_("Please enter a word or a number. Signs alone cannot be searched for."))
        return query

    def clean_order(self) -> str:
        """Return the order; anything unknown is the usual one, by relevance."""
        return NEWEST if self.cleaned_data["order"] == NEWEST else ""

    def clean(self) -> dict[str, Any]:
        """Add an error where the period ends before it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The end date is before the start date."))
        return cleaned


class DateStyleForm(forms.ModelForm[Paper]):
    """The settings of the paper that decide how a date looks."""

    class Meta:
        model = Paper
        fields = ["language", "time_zone", "date_format", "time_format"]


class PaperTimeField(forms.DateTimeField):
    """A time that is typed and shown in the time zone of the paper, whatever zone is active; its help names the zone.

    A stored time that the clocks show twice is filled in with its offset from UTC, so that saving the form keeps it.
    """

    def __init__(self, *, help_text: Any = "", **options: Any) -> None:
        named = format_lazy("{} {}", help_text, _zone_sentence()) if help_text else _zone_sentence()
        super().__init__(help_text=named, **options)

    def prepare_value(self, value: Any) -> Any:
        """Return the time on the paper's clocks."""
        if not isinstance(value, datetime):
            return value
        zone = Paper.current().zone
        local = timezone.localtime(value, zone)
        return local.isoformat(" ", "minutes") if is_repeated(local) else local.replace(tzinfo=None)

    def to_python(self, value: Any) -> datetime | None:
        """Return the time; raise ValidationError for one that the paper's clocks skip or show twice on that day."""
        zone = Paper.current().zone
        with timezone.override(zone):
            try:
                return super().to_python(value)
            except ValidationError as error:
                if error.code != "ambiguous_timezone":
                    raise
                raise clock_change_error((error.params or {})["datetime"], zone) from error


def is_repeated(local: datetime) -> bool:
    """Say whether the clocks of the datetime's zone show its time twice on that day, because they are put back."""
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def clock_change_error(typed: datetime, zone: ZoneInfo) -> ValidationError:
    """Return the error for a time that the zone does not have, or has twice, on the day of a clock change."""
    if is_repeated(typed.replace(tzinfo=zone)):
        message = _(
            "%(time)s comes twice on %(day)s, because the clocks are put back then (%(zone)s). Please choose an "
            "earlier or a later time."
        )
    else:
        message = _(
            "%(time)s does not exist on %(day)s, because the clocks are put forward then (%(zone)s). Please choose an "
            "earlier or a later time."
        )
    style = current_style()
    params = {"time": style.time_of_day(typed).strip(), "day": style.full_date(typed.date()), "zone": zone.key}
    return ValidationError(message, code="ambiguous_timezone", params=params)


@lazy
def _zone_sentence() -> str:
    """Return the sentence that names the time zone of the paper."""
    return gettext("In the time zone of the paper, %(zone)s.") % {"zone": Paper.current().time_zone}


class PhotoField(WagtailImageField):
    """A picture that is measured before it is decoded, complete, and stored without the metadata of the camera."""

    def to_python(self, data: Any) -> Any:
        """Return the file without metadata; raise ValidationError for a damaged picture."""
        # Done here and not on saving: of several uploads, Wagtail keeps files on the disk that still lack a credit.
        file = super().to_python(data)
        if file is None:
            return None
        try:
            content = without_metadata(file)
            _replace_content(file, content)
            file.name = name_for(content, file.name)
        except UNREADABLE as error:
            raise ValidationError(CUT_OFF) from error
        return file

    def check_image_pixel_size(self, f: UploadedFile) -> None:
        """Raise ValidationError where the header of the file announces too many pixels."""
        f.seek(0)
        try:
            with Image.open(f) as picture:
                # Each frame of an animation is decoded, so each counts.
                count = picture.width * picture.height * getattr(picture, "n_frames", 1)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            count = self.max_image_pixels + 1
        except UNREADABLE as error:
            raise ValidationError(CUT_OFF) from error
        if count > self.max_image_pixels:
            raise ValidationError(TOO_MANY_PIXELS, params={"most": self.max_image_pixels // 1_000_000})


def _replace_content(file: UploadedFile, content: bytes) -> None:
    """Replace the content of an uploaded file in its place, from where Wagtail may store it later."""
    file.seek(0)
    file.truncate()
    file.write(content)
    file.flush()
    file.size = len(content)
    file.seek(0)


class PhotoForm(BaseImageForm):
    """The upload form of photographs, for one as for many."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            field = self.fields["file"]
            self.fields["file"] = PhotoField(label=field.label, widget=field.widget, required=field.required)
