"""Removal of the metadata of photographs: place, time and camera (ADR 10)."""

from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageOps

# Colours, transparency and motion stay; the orientation is applied to the pixels.
_PRESERVED = ("icc_profile", "transparency", "background", "duration", "loop", "disposal", "blend", "default_image")
_QUALITY = {"JPEG": 95, "WEBP": 92, "AVIF": 85}
_NO_METADATA: dict[str, Any] = {"exif": b"", "xmp": b"", "comment": b""}
_ORIENTATION = 0x0112


def without_metadata(file: IO[bytes]) -> bytes:
    """Return the picture upright and without EXIF, GPS, XMP, IPTC and comments.

    Raise OSError for a file that is not a picture or that ends before the picture does.
    """
    file.seek(0)
    with Image.open(file) as picture:
        format = "JPEG" if picture.format == "MPO" else picture.format or "JPEG"  # a telephone's MPO is a JPEG and more
        out = BytesIO()
        if getattr(picture, "n_frames", 1) > 1 and format != "JPEG":
            picture.save(out, format=format, save_all=True, **_options(picture, format))
        else:
            _save_still(picture, format, out)
        return out.getvalue()


def _save_still(picture: Image.Image, format: str, out: BytesIO) -> None:
    is_upright = picture.getexif().get(_ORIENTATION, 1) == 1
    options = _options(picture, format)
    if format == "JPEG" and is_upright and picture.format == "JPEG":
        options["quality"] = "keep"
    upright = picture if is_upright else ImageOps.exif_transpose(picture)
    upright.load()
    upright.info = {}
    upright.save(out, format=format, **options)


def _options(picture: Image.Image, format: str) -> dict[str, Any]:
    preserved = {name: picture.info[name] for name in _PRESERVED if picture.info.get(name) is not None}
    return {**preserved, **_NO_METADATA, **({"quality": _QUALITY[format]} if format in _QUALITY else {})}
