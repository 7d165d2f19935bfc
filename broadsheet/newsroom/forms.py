"""What readers ask of the archive, and what editors hand in."""

import struct
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from broadsheet.newsroom.exif import without_metadata
from broadsheet.newsroom.models import Paper, SectionPage

MAX_QUERY = 200
TOO_MANY_PIXELS = "This picture has too many pixels. Make it smaller: at most %(most)s megapixels."
CUT_OFF = "This picture is damaged or cut off, so readers would not see all of it. Copy it again from the camera."
# What Pillow raises for files that are broken in one way or another.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error)


class SearchForm(forms.Form):
    """Words to look for, and where and when."""

    q = forms.CharField(
        label="Words",
        max_length=MAX_QUERY,
        required=False,
        error_messages={"max_length": f"That is too much to look for. Use at most {MAX_QUERY} characters."},
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text="All of the words, in any order; “in quotes” for an exact phrase.",
    )
    section = forms.ModelChoiceField(
        SectionPage.objects.live().order_by("path"),
        required=False,
        to_field_name="slug",
        empty_label="All sections",
    )
    since = forms.DateField(
        label="From", required=False, input_formats=["%Y-%m-%d"], widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label="To", required=False, input_formats=["%Y-%m-%d"], widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def clean_q(self) -> str:
        """The words without what no keyboard writes."""
        return " ".join(self.cleaned_data["q"].split())

    def clean(self) -> dict[str, Any]:
        """Refuses a time that ends before it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "This day lies before the first one. Exchange the two.")
        return cleaned


class DateStyleForm(forms.ModelForm[Paper]):
    """The settings of the paper that decide how a date looks."""

    class Meta:
        model = Paper
        fields = ["language", "time_zone", "date_format", "time_format"]


class PhotoField(WagtailImageField):
    """A picture measured before it is opened, whole to its end, which has forgotten the camera."""

    def to_python(self, data: Any) -> Any:
        """Takes out what the camera knew at once, because one of many waits on the disk for its credit."""
        file = super().to_python(data)
        if file is None:
            return None
        try:
            _write_anew(file, without_metadata(file))
        except UNREADABLE as error:
            raise ValidationError(CUT_OFF) from error
        return file

    def check_image_pixel_size(self, f: UploadedFile) -> None:
        """Refuses too many pixels by what the file says of itself."""
        f.seek(0)
        try:
            with Image.open(f) as picture:
                count = picture.width * picture.height * getattr(picture, "n_frames", 1)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            count = self.max_image_pixels + 1
        except UNREADABLE as error:
            raise ValidationError(CUT_OFF) from error
        if count > self.max_image_pixels:
            raise ValidationError(TOO_MANY_PIXELS % {"most": self.max_image_pixels // 1_000_000})


def _write_anew(file: UploadedFile, content: bytes) -> None:
    """Replaces what was handed in where it lies: Wagtail stores it from there when a credit is still missing."""
    file.seek(0)
    file.truncate()
    file.write(content)
    file.flush()
    file.size = len(content)
    file.seek(0)


class PhotoForm(BaseImageForm):
    """A photograph as editors hand it in, one by one or many at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            usual = self.fields["file"]
            self.fields["file"] = PhotoField(label=usual.label, widget=usual.widget, required=usual.required)
