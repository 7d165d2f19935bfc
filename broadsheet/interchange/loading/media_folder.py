"""The media folder that the operator provides; nothing is downloaded."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from PIL import Image

from broadsheet.interchange.errors import NoMedia

_SUFFIXES = frozenset(f".{suffix}" for suffix in settings.WAGTAILIMAGES_EXTENSIONS)


class MediaFolder:
    """A folder of the old site's files. Raises NoMedia where it does not exist; None stands for an empty folder."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None and not folder.is_dir():
            raise NoMedia(f"There is no folder {folder}. Pass the old site's uploads folder to --media.")
        self.folder = folder.resolve() if folder else None

    def first_image(self, paths: Iterable[str]) -> str:
        """Return the first of the paths at which the folder has an image that the paper can show, or ""."""
        if self.folder is None:
            return ""
        images = (_image_path(self.folder, path) for path in dict.fromkeys(paths) if path)
        return next(filter(None, images), "")

    def broken_file(self, paths: Iterable[str]) -> str:
        """Return the first of the paths at which the folder has a file that `first_image` passes over, or ""."""
        if self.folder is None:
            return ""
        folder = self.folder
        return next((path for path in paths if path and _resolved(folder, path) is not None), "")

    def file(self, path: str) -> Path:
        """Return the file at a path that `first_image` returned."""
        return (self.folder or Path()) / path


def _image_path(folder: Path, path: str) -> str:
    """Return the resolved path relative to the folder, or "" for a file outside of it or not an image."""
    file = _resolved(folder, path)
    try:
        return str(file.relative_to(folder)) if file is not None and _is_image(file) else ""
    except OSError:
        return ""


def _resolved(folder: Path, path: str) -> Path | None:
    """Return the file at a path inside the folder, or None."""
    try:
        file = (folder / path.lstrip("/")).resolve()
        return file if file.is_relative_to(folder) and file.is_file() else None
    except (OSError, ValueError):
        return None


def _is_image(file: Path) -> bool:
    if file.suffix.lower() not in _SUFFIXES or file.stat().st_size > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE:
        return False
    try:
        with Image.open(file) as image:
            fits = image.width * image.height <= settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
            if fits:
                # A truncated file fails only when it is decoded; an eighth of the size is enough to find out.
                image.draft(None, (image.width // 8 or 1, image.height // 8 or 1))
                image.load()
            return fits
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
