"""Photographs: each has a credit, and its stored file is without the metadata of the camera."""

import errno
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.core.files.base import ContentFile
from django.db import OperationalError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import IMAGE_FORMAT_EXTENSIONS, AbstractImage, AbstractRendition

from broadsheet.core.errors import Refusal
from broadsheet.newsroom.errors import NoRoomForPhoto, NoRoomForSize, PhotoUnderEmbargo
from broadsheet.newsroom.exif import name_for, without_metadata
from broadsheet.newsroom.models.paper import Paper

logger = logging.getLogger(__name__)

MAX_CAPTION = 2000
MAX_INSTRUCTIONS = 2000
_FULL = {errno.ENOSPC, errno.EDQUOT}
_POSTGRES_FULL = "53100"


@contextmanager
def _refusing_when_full(refusal: Refusal) -> Iterator[None]:
    """Raise the refusal in place of an error that says that the disk, or the quota on it, is full."""
    try:
        yield
    except (OSError, OperationalError) as error:
        if not _is_disk_full(error):
            raise
        raise refusal from error


def _is_disk_full(error: OSError | OperationalError) -> bool:
    """Say whether the file system or the database reports a full disk."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    cause = error.__cause__
    sqlite_code, postgres_code = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    return sqlite_code == sqlite3.SQLITE_FULL or postgres_code == _POSTGRES_FULL


class Photo(AbstractImage):
    """A picture with its credit, and what its agency says of it. Before its embargo ends, no page with it is published.

    The description is its alt text wherever it is used without another.
    """

    credit = models.CharField(
        _("credit"),
        max_length=160,
        help_text=_("The photographer and the agency or paper, for example “Ada Lindqvist / Courant”. Always shown."),
    )

    caption = models.TextField(
        _("caption"),
        max_length=MAX_CAPTION,
        blank=True,
        help_text=_("What the photograph shows: who, where and when. Articles without a caption of their own show it."),
    )
    copyright = models.CharField(_("copyright"), max_length=255, blank=True)
    instructions = models.TextField(
        _("terms of use"),
        max_length=MAX_INSTRUCTIONS,
        blank=True,
        help_text=_("What the agency or the photographer asks for. Readers do not see this."),
    )
    embargo_until = models.DateTimeField(
        _("embargo until"),
        null=True,
        blank=True,
        help_text=_("Articles with this photograph cannot be published before this time."),
    )

    file: Any  # Wagtail publishes no types
    admin_form_fields = (
        "title",
        "file",
        "credit",
        "description",
        "caption",
        "copyright",
        "instructions",
        "embargo_until",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new file upright and without EXIF, XMP, GPS and comments; raise NoRoomForPhoto on a full disk."""
        # A file with the attribute comes from `PhotoField`, which has done this.
        if self.file and not self.file._committed and not hasattr(self.file.file, "metadata"):
            content = without_metadata(self.file.file)
            self.file = ContentFile(content, name=name_for(content, self.file.name))
        if self.file and not self.file._committed:
            self._set_image_file_metadata()
        with _refusing_when_full(NoRoomForPhoto(self.title)):
            super().save(*args, **kwargs)

    def _set_image_file_metadata(self) -> None:
        """Set size and digest, and close the stored file, which Wagtail leaves open."""
        super()._set_image_file_metadata()
        if self.file._committed:
            self.file.close()

    def generate_rendition_file(self, filter: Any, *, source: Any = None) -> ContentFile[bytes]:
        """Return the file of one rendition, made in memory."""
        # Wagtail's temporary file is cut off silently where the disk is full (ADR 10).
        rendered = filter.run(self, BytesIO(), source=source)
        # A random name: two processes may make the same rendition at once, and the loser deletes its own file.
        name = f"{Path(self.file.name).stem[:40]}-{token_hex(8)}{IMAGE_FORMAT_EXTENSIONS[rendered.format_name]}"
        return ContentFile(rendered.f.getvalue(), name=name)

    def create_rendition(self, filter: Any) -> AbstractRendition:
        """Make and store one rendition; on a full disk, log an error and raise NoRoomForSize."""
        try:
            with _refusing_when_full(NoRoomForSize()):
                return super().create_rendition(filter)
        except NoRoomForSize:
            logger.error("The disk is full: photograph %s could not be stored as %s.", self.pk, filter.spec)
            raise


def check_embargoes(photos: Iterable[Photo | None], *, go_live_at: datetime | None) -> None:
    """Raise PhotoUnderEmbargo where the embargo of a photograph ends after publication, now or on schedule."""
    at = max(timezone.now(), go_live_at or timezone.now())
    for photo in photos:
        if photo is not None and photo.embargo_until is not None and photo.embargo_until > at:
            raise PhotoUnderEmbargo(photo.title, photo.embargo_until, Paper.load().zone)


class PhotoRendition(AbstractRendition):
    """One size and format of a photograph."""

    image = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = [("image", "filter_spec", "focal_point_key")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new file and its row, or neither: where the row fails, delete the file, whose name is its own."""
        with ExitStack() as undo:
            if not self.file._committed:
                name = self.file.field.generate_filename(self, self.file.name)
                undo.callback(self.file.storage.delete, name)
            super().save(*args, **kwargs)
            undo.pop_all()
