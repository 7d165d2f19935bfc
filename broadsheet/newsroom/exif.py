"""Removal of the metadata of photographs: place, time and camera (ADR 10); and the forms that browsers can show."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePath
from typing import IO, Any

from PIL import Image, ImageOps

# Colours, transparency and motion stay; the orientation is applied to the pixels.
_PRESERVED = ("icc_profile", "transparency", "background", "duration", "loop", "disposal", "blend", "default_image")
_QUALITY = {"JPEG": 95, "WEBP": 92, "AVIF": 85}
_NO_METADATA: dict[str, Any] = {"exif": b"", "xmp": b"", "comment": b""}
_ORIENTATION = 0x0112
# Containers of telephones, stored as JPEG: an MPO is a JPEG and more, and few browsers show HEIC, which Pillow decodes
# with the plug-in that Wagtail's image library registers (ADR 15).
_STORED_AS_JPEG = {"MPO", "HEIF"}
# Modes of more than eight bits a channel, which Pillow would cut off instead of scaling.
_DEEP_GREYS = {"I", "I;16", "I;16L", "I;16B", "I;16N"}
_GIF_COMMENT, _GIF_APPLICATION = b"\x21\xfe", b"\x21\xff"
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def without_metadata(file: IO[bytes]) -> bytes:
    """Return the picture upright and without EXIF, GPS, XMP, IPTC and comments; HEIC as JPEG.

    Raise OSError for a file that is not a picture or that ends before the picture does.
    """
    file.seek(0)
    with Image.open(file) as picture:
        format = "JPEG" if picture.format in _STORED_AS_JPEG else picture.format or "JPEG"
        out = BytesIO()
        if format == "GIF":
            picture.load()  # the first frame, which raises for a damaged file
            file.seek(0)
            return b"".join(_gif_without_metadata(file.read()))
        if getattr(picture, "n_frames", 1) > 1 and format != "JPEG":
            picture.save(out, format=format, save_all=True, **_options(picture, format))
        else:
            _save_still(picture, format, out)
        return out.getvalue()


def name_for(content: bytes, name: str) -> str:
    """Return the file name with the ending of the content's format, where the format has changed."""
    is_jpeg = content.startswith(b"\xff\xd8")
    return str(PurePath(name).with_suffix(".jpg")) if is_jpeg and not name.lower().endswith((".jpg", ".jpeg")) else name


def _save_still(picture: Image.Image, format: str, out: BytesIO) -> None:
    is_upright = picture.getexif().get(_ORIENTATION, 1) == 1
    options = _options(picture, format)
    if format == "JPEG" and is_upright and picture.format == "JPEG":
        options["quality"] = "keep"
    upright = picture if is_upright else ImageOps.exif_transpose(picture)
    upright.load()
    upright.info = {}
    if upright.mode in _DEEP_GREYS:
        upright = upright.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
        options.pop("transparency", None)
    if format == "JPEG" and upright.mode in {"RGBA", "LA", "P"}:
        upright = upright.convert("RGB")
    upright.save(out, format=format, **options)


def _options(picture: Image.Image, format: str) -> dict[str, Any]:
    preserved = {name: picture.info[name] for name in _PRESERVED if picture.info.get(name) is not None}
    return {**preserved, **_NO_METADATA, **({"quality": _QUALITY[format]} if format in _QUALITY else {})}


def _gif_without_metadata(content: bytes) -> Iterator[bytes]:
    """Yield the blocks of a GIF without comments and applications' data, except how often it repeats.

    The frames are copied, because encoding an animation anew takes seconds. Raise OSError where the file ends early.
    """
    at = 13 + _gif_palette(content, 10)
    yield content[:at]
    while (kind := content[at : at + 1]) != b"\x3b":
        start, block = at, content[at : at + 2]
        at += {b"\x21": 2, b"\x2c": 11 + _gif_palette(content, at + 9)}.get(kind, len(content))
        while size := content[at : at + 1]:  # the sub-blocks, of which an empty one is the last
            at += 1 + size[0]
            if size == b"\0":
                break
        if at >= len(content):
            raise OSError("The GIF is incomplete.")
        is_metadata = block == _GIF_APPLICATION and content[start + 3 : start + 14] not in _GIF_LOOPS
        if block != _GIF_COMMENT and not is_metadata:
            yield content[start:at]
    yield b"\x3b"


def _gif_palette(content: bytes, flags_at: int) -> int:
    """Return the length of the palette that the flags of a GIF's screen or frame announce."""
    flags = content[flags_at : flags_at + 1] or b"\0"
    return 3 * 2 ** ((flags[0] & 7) + 1) if flags[0] & 0x80 else 0
