"""The forms of search, preview links and date preview, and the fields of times and of uploaded photographs in /cms/."""

import struct
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from broadsheet.core.datetimes import current_style
from broadsheet.newsroom.containers import TooManyParts, parts_of
from broadsheet.newsroom.exif import name_for, opened, stored_form
from broadsheet.newsroom.iptc.metadata import Metadata, read_metadata
from broadsheet.newsroom.models import Paper, SectionPage
from broadsheet.newsroom.models.photos import MAX_CAPTION, MAX_INSTRUCTIONS
from broadsheet.newsroom.search.index import Scope
from broadsheet.newsroom.search.terms import Term, terms_of

MAX_QUERY = 200
NEWEST = "newest"
TOO_MANY_PIXELS = _(
    "This picture is too large. Please reduce it to at most %(most)s megapixels if it is a JPEG, and to %(others)s "
    "megapixels in any other format."
)
TOO_MANY_PARTS = _(
    "This picture consists of so many parts that it would take minutes to read. Please open it in a picture editor, "
    "save it again and upload the new file."
)
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
    """A picture that is measured before it is decoded, complete, and stored without the metadata of the camera.

    The metadata that the newsroom uses are in the attribute `metadata` of the file.
    """

    def to_python(self, data: Any) -> Any:
        """Return the file without metadata; raise ValidationError for a damaged or an enormous picture."""
        # Done here and not on saving: of several uploads, Wagtail keeps files on the disk that still lack a credit.
        file: Any = forms.FileField.to_python(self, data)
        if file is None:
            return None
        self.check_image_file_size(file)
        self._check_ending(file)
        file.seek(0)
        try:
            parts = parts_of(file.read())
            with opened(parts) as picture:
                self._check_pixels(picture)
                metadata = read_metadata(parts, picture, zone=Paper.current().zone)
                content = stored_form(picture, parts)
        except TooManyParts as error:
            raise ValidationError(TOO_MANY_PARTS) from error
        except UnidentifiedImageError as error:
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise self._too_many_pixels() from error
        except UNREADABLE as error:
            raise ValidationError(CUT_OFF) from error
        _replace_content(file, content)
        file.name, file.metadata = name_for(content, file.name), metadata
        return super().to_python(file)

    def _check_ending(self, file: UploadedFile) -> None:
        """Refuse a name without the ending of a picture; it may be that of another format than the content's.

        Browsers and messengers save pictures in that way.
        """
        if PurePath(file.name or "").suffix.lower().removeprefix(".") not in self.allowed_image_extensions:
            raise ValidationError(self.error_messages["invalid_image_extension"], code="invalid_image_extension")

    def _check_pixels(self, picture: Image.Image) -> None:
        # JPEG alone is reduced while it is decoded; other formats take more time and memory.
        if picture.width * picture.height > self.max_image_pixels // (1 if picture.format == "JPEG" else 2):
            raise self._too_many_pixels()

    def _too_many_pixels(self) -> ValidationError:
        most = self.max_image_pixels // 1_000_000
        return ValidationError(TOO_MANY_PIXELS, params={"most": most, "others": most // 2})


def _replace_content(file: UploadedFile, content: bytes) -> None:
    """Replace the content of an uploaded file in its place, from where Wagtail may store it later."""
    file.seek(0)
    file.truncate()
    file.write(content)
    file.flush()
    file.size = len(content)
    file.seek(0)


class PhotoForm(BaseImageForm):
    """The upload form of photographs, for one as for many; fields left empty are filled from the file's metadata."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            field = self.fields["file"]
            self.fields["file"] = PhotoField(label=field.label, widget=field.widget, required=field.required)
            self.fields["credit"].required = not self.files  # checked again when the file has been read
        embargo = self.fields["embargo_until"]
        self.fields["embargo_until"] = PaperTimeField(
            label=embargo.label, help_text=embargo.help_text, required=False, widget=AdminDateTimeInput()
        )

    def clean(self) -> dict[str, Any]:
        """Fill the empty fields from the metadata of the file; add an error where there is still no credit."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        metadata = getattr(cleaned.get("file"), "metadata", None)
        if metadata is not None:
            fill_empty(cleaned, metadata, file_name=getattr(self.files.get(self.add_prefix("file")), "name", ""))
        if "credit" in cleaned and not cleaned["credit"]:
            self.add_error("credit", forms.Field.default_error_messages["required"])
        return cleaned


def fill_empty(texts: dict[str, Any], metadata: Metadata, *, file_name: str) -> None:
    """Fill the empty fields of a photograph from its metadata, and a title that is only the name of the file."""
    stem = PurePath(file_name).stem.casefold()
    # Wagtail fills in the name of the file, with or without its ending, as the title.
    if PurePath(texts.get("title") or "").stem.casefold().replace(" ", "_") in {"", stem, stem.replace(" ", "_")}:
        texts["title"] = _one_line(metadata.headline, 255) or texts.get("title")
    found = {
        "credit": _one_line(metadata.credit, 160),
        "copyright": _one_line(metadata.copyright, 255),
        "description": _one_line(metadata.description, 255),
        "caption": Truncator(metadata.caption).chars(MAX_CAPTION),
        "instructions": Truncator(metadata.instructions).chars(MAX_INSTRUCTIONS),
        "embargo_until": metadata.embargo_until,
    }
    texts.update({name: value for name, value in found.items() if value and not texts.get(name)})


def _one_line(text: str, most: int) -> str:
    return Truncator(" ".join(text.split())).chars(most)
