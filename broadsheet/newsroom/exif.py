"""Takes out of a photograph what its readers need not know: where, when and with what it was taken."""

from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageOps

# A camera's orientation is applied to the pixels; colours, transparency and motion are what is worth keeping.
_KEPT = ("icc_profile", "transparency", "background", "duration", "loop", "disposal", "blend", "default_image")
_QUALITY = {"JPEG": 95, "WEBP": 92, "AVIF": 85}
_NOTHING: dict[str, Any] = {"exif": b"", "xmp": b"", "comment": b""}
_ORIENTATION = 0x0112


def without_metadata(file: IO[bytes]) -> bytes:
    """Copies a picture without EXIF, GPS, XMP, IPTC and comments, turned the right way up.

    Raises OSError where the file ends before the picture does, or is none.
    """
    file.seek(0)
    with Image.open(file) as picture:
        kind = "JPEG" if picture.format == "MPO" else picture.format or "JPEG"
        out = BytesIO()
        if getattr(picture, "n_frames", 1) > 1 and kind != "JPEG":
            picture.save(out, format=kind, save_all=True, **_how(picture, kind))
        else:
            _save_one(picture, kind, out)
        return out.getvalue()


def _save_one(picture: Image.Image, kind: str, out: BytesIO) -> None:
    upright = picture.getexif().get(_ORIENTATION, 1) == 1
    how = _how(picture, kind)
    if kind == "JPEG" and upright and picture.format == "JPEG":
        how["quality"] = "keep"
    kept = picture if upright else ImageOps.exif_transpose(picture)
    kept.load()
    kept.info = {}
    kept.save(out, format=kind, **how)


def _how(picture: Image.Image, kind: str) -> dict[str, Any]:
    kept = {name: picture.info[name] for name in _KEPT if picture.info.get(name) is not None}
    return {**kept, **_NOTHING, **({"quality": _QUALITY[kind]} if kind in _QUALITY else {})}
