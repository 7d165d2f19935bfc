"""Finds the files of pictures in the uploads folder that the operator has brought along. Fetches nothing."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from PIL import Image

from broadsheet.interchange.errors import NoMedia
from broadsheet.interchange.loading.attachments import Attachment

_SIZED = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w+$)")
_UPLOADS = ("/wp-content/uploads/", "/files/", "/uploads/")
_SUFFIXES = frozenset(f".{suffix}" for suffix in settings.WAGTAILIMAGES_EXTENSIONS)


class Uploads:
    """The uploads folder of a WordPress site; without a folder nothing is found."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None and not folder.is_dir():
            raise NoMedia(f"There is no folder {folder}. Give --media the uploads folder of the old site.")
        self.folder = folder.resolve() if folder else None

    def file_of(self, attachment: Attachment | None, url: str) -> str:
        """The path beneath the folder of a sound picture, in its full size where that is there; or nothing."""
        if self.folder is None:
            return ""
        known = [attachment.file, _beneath_uploads(attachment.url)] if attachment else []
        asked = _beneath_uploads(url)
        paths = dict.fromkeys([*known, _SIZED.sub("", asked), asked])
        return next((found for path in paths if path and (found := _sound(self.folder, path))), "")

    def path(self, name: str) -> Path:
        """The file of this name, which was found before."""
        return (self.folder or Path()) / name


def _beneath_uploads(url: str) -> str:
    path = unquote(urlsplit(url).path)
    return next((path.partition(part)[2] for part in _UPLOADS if part in path), "")


def _is_picture(file: Path) -> bool:
    if file.suffix.lower() not in _SUFFIXES or file.stat().st_size > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE:
        return False
    try:
        with Image.open(file) as picture:
            fits = picture.width * picture.height <= settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
            if fits:
                picture.draft(None, (picture.width // 8 or 1, picture.height // 8 or 1))
                picture.load()
            return fits
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def _sound(folder: Path, name: str) -> str:
    """The path as it is beneath the folder, if it leads to a picture that the paper can show, and not elsewhere."""
    try:
        file = (folder / name.lstrip("/")).resolve()
        sound = file.is_relative_to(folder) and file.is_file() and _is_picture(file)
    except (OSError, ValueError):
        return ""
    return str(file.relative_to(folder)) if sound else ""
