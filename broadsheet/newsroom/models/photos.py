"""Photographs: every one has a credit, and none keeps what the camera knew about place and device."""

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.core.files.base import ContentFile
from django.db import OperationalError, models
from wagtail.images.models import IMAGE_FORMAT_EXTENSIONS, AbstractImage, AbstractRendition

from broadsheet.core.errors import Refusal
from broadsheet.newsroom.errors import NoRoomForPhoto, NoRoomForSize
from broadsheet.newsroom.exif import without_metadata

logger = logging.getLogger(__name__)

_FULL = {errno.ENOSPC, errno.EDQUOT}
_POSTGRES_FULL = "53100"


@contextmanager
def _refusing_when_full(refusal: Refusal) -> Iterator[None]:
    """Refuses in these words what fails because the disk, or the quota on it, is used up."""
    try:
        yield
    except (OSError, OperationalError) as error:
        if not _tells_of_full_disk(error):
            raise
        raise refusal from error


def _tells_of_full_disk(error: OSError | OperationalError) -> bool:
    """Whether the file system or the database had no room."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    cause = error.__cause__
    sqlite_code, postgres_code = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    return sqlite_code == sqlite3.SQLITE_FULL or postgres_code == _POSTGRES_FULL


class Photo(AbstractImage):
    """A picture with the name of whoever made it."""

    credit = models.CharField(
        max_length=160,
        help_text="Who made it, and for whom: “Ada Lindqvist / Courant”. Shown with the picture, always.",
    )

    file: Any  # Wagtail publishes no types
    admin_form_fields = (
        "title",
        "file",
        "credit",
        "description",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = "photograph"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores a new file without EXIF, XMP, comments and GPS, turned the right way up; refuses it on a full disk."""
        if self.file and not self.file._committed:
            self.file = ContentFile(without_metadata(self.file.file), name=self.file.name)
            self._set_image_file_metadata()
        with _refusing_when_full(NoRoomForPhoto(self.title)):
            super().save(*args, **kwargs)

    def _set_image_file_metadata(self) -> None:
        """Reads size and digest, and leaves no stored file open behind it."""
        super()._set_image_file_metadata()
        if self.file._committed:
            self.file.close()

    def generate_rendition_file(self, filter: Any, *, source: Any = None) -> ContentFile[bytes]:
        """Makes one size in memory: a temporary file would be cut off, without a word, where the disk is full."""
        made = filter.run(self, BytesIO(), source=source)
        name = f"{Path(self.file.name).stem[:40]}-{token_hex(8)}{IMAGE_FORMAT_EXTENSIONS[made.format_name]}"
        return ContentFile(made.f.getvalue(), name=name)

    def create_rendition(self, filter: Any) -> AbstractRendition:
        """Makes and keeps one size; refuses it, and tells the log, when the disk is full."""
        try:
            with _refusing_when_full(NoRoomForSize()):
                return super().create_rendition(filter)
        except NoRoomForSize:
            logger.error("The disk is full: photograph %s could not be kept as %s.", self.pk, filter.spec)
            raise


class PhotoRendition(AbstractRendition):
    """One size and format of a photograph."""

    image = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = [("image", "filter_spec", "focal_point_key")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores a new file with its row, or neither: no other file has its name, so it can be taken away again."""
        with ExitStack() as undo:
            if not self.file._committed:
                name = self.file.field.generate_filename(self, self.file.name)
                undo.callback(self.file.storage.delete, name)
            super().save(*args, **kwargs)
            undo.pop_all()
