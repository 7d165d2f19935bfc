"""What is stored of an uploaded picture: its first frame, upright, in a form that browsers show, without metadata."""

from io import BytesIO
from math import ceil, sqrt
from pathlib import PurePath
from typing import IO, Any

from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from broadsheet.newsroom.containers import DamagedPicture, Parts, parts_of

register_heif_opener()
# A larger picture is reduced, so that each of its renditions is made within a second (ADR 10).
MAX_STORED = 16_000_000  # pixels
# An opaque picture of more pixels is a photograph, for which PNG takes seconds.
_MAX_PNG = 4_000_000
_MAX_PROFILE = 8_000  # bytes; every rendition carries the colour profile
_QUALITY = 95
_ORIENTATION = 0x0112
_UPRIGHT = 1
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_HALF, _BYTE, _WORD = 0.5, 255, 65535
_FORMATS = ["AVIF", "GIF", "HEIF", "JPEG", "PNG", "TIFF", "WEBP"]
_LOSSLESS = {"PNG", "GIF", "WEBP"}
_ENDINGS = {b"\xff\xd8": (".jpg", ".jpeg"), b"\x89P": (".png",)}


def without_metadata(file: IO[bytes]) -> bytes:
    """Return the first frame of a picture as an upright JPEG or PNG without EXIF, GPS, XMP, IPTC and comments.

    Raise OSError for a file that is not a picture or that ends before the picture does.
    """
    file.seek(0)
    parts = parts_of(file.read())
    with opened(parts) as picture:
        return stored_form(picture, parts)


def opened(parts: Parts) -> Image.Image:
    """Return the picture, of which no more than the header has been read."""
    picture = Image.open(BytesIO(parts.picture), formats=_FORMATS)
    if not picture.width or not picture.height:
        raise DamagedPicture("The picture has no pixels.")
    return picture


def stored_form(picture: Image.Image, parts: Parts) -> bytes:
    """Return the file that is stored of an opened picture."""
    times = _reduction(picture)
    if times > 1:  # decoders of JPEG reduce by 2, 4 or 8 while they decode
        picture.draft(picture.mode, (picture.width // times, picture.height // times))
    picture.load()
    orientation = _orientation_of(picture, parts)
    if picture.format == "JPEG" and times == 1 and orientation == _UPRIGHT and picture.mode in {"L", "RGB"}:
        return _saved(picture, "JPEG", quality="keep", profile=_small_profile(picture))
    return _stored(_reduced(picture), orientation, is_lossless=picture.format in _LOSSLESS)


def name_for(content: bytes, name: str) -> str:
    """Return the file name with the ending of the content's format, where the format has changed."""
    endings = _ENDINGS[content[:2]]
    return name if name.lower().endswith(endings) else str(PurePath(name or "photograph").with_suffix(endings[0]))


def _orientation_of(picture: Image.Image, parts: Parts) -> int:
    exif = picture.getexif() if not parts.exif else Image.Exif()
    try:
        if parts.exif:
            exif.load(b"Exif\0\0" + parts.exif)
        return int(exif.get(_ORIENTATION, _UPRIGHT))
    except (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError):
        return _UPRIGHT  # damaged EXIF, but the picture is there


def _reduction(picture: Image.Image) -> int:
    """Return the number by which both sides are to be divided."""
    return ceil(sqrt(picture.width * picture.height / MAX_STORED))


def _reduced(picture: Image.Image) -> Image.Image:
    """Return the picture with at most MAX_STORED pixels, each the mean of a square."""
    times = _reduction(picture)
    if times == 1:
        return picture
    if picture.mode in {"1", "P", "PA"}:  # their values have no mean
        colours = "RGBA" if picture.has_transparency_data else "RGB"
        picture = picture.convert("L" if picture.mode == "1" else colours)
    return picture.reduce(times)


def _stored(picture: Image.Image, orientation: int, *, is_lossless: bool) -> bytes:
    """Return the file of a picture that cannot be stored as it is."""
    picture = _turned(picture, orientation)
    shown, profile = _shown(picture), _small_profile(picture)
    if picture.mode != shown.mode and {picture.mode, shown.mode} & {"L", "LA", "CMYK", "LAB"}:
        profile = None  # it describes another colour model
    elif profile is None and picture.info.get("icc_profile"):
        shown = _in_srgb(shown, picture.info["icc_profile"])
    shown.info = {}
    is_graphic = is_lossless and shown.width * shown.height <= _MAX_PNG
    if shown.mode in {"RGBA", "LA"} or is_graphic:
        return _saved(shown, "PNG", compress_level=1, profile=profile)
    return _saved(shown, "JPEG", quality=_QUALITY, profile=profile)


def _turned(picture: Image.Image, orientation: int) -> Image.Image:
    """Return the picture as its EXIF orientation wants it."""
    return picture.transpose(_TURNS[orientation]) if orientation in _TURNS else picture


def _shown(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode that each format of a rendition has: L, RGB, or RGBA where it is transparent."""
    if picture.mode == "F" or picture.mode.startswith("I"):
        return _in_eight_bits(picture)
    if picture.mode in {"CMYK", "LAB"}:
        profile = picture.info.get("icc_profile")
        return _in_srgb(picture, profile) if profile else picture.convert("RGB")
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        least, _ = clear.getchannel("A").getextrema()
        return clear.convert("RGB") if least == _BYTE else clear
    return picture.convert("L" if picture.mode in {"1", "L"} else "RGB")


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a grey picture of 16 or 32 bits or of fractions with 8 bits, scaled by the range of its values.

    Pillow's own conversion cuts the values off.
    """
    grey = picture.convert("F")
    extremes: Any = grey.getextrema()
    least, most = extremes
    if picture.mode.startswith("I;16"):
        least, most = 0.0, float(_WORD)
    elif least >= 0:
        scales = [scale for scale in (1.0, float(_BYTE), float(_WORD)) if most <= scale]
        least, most = 0.0, scales[0] if scales else most
    factor = _BYTE / (most - least or 1)
    return grey.point(lambda value: value * factor + (_HALF - least * factor)).convert("L")


def _small_profile(picture: Image.Image) -> bytes | None:
    """Return the colour profile of the picture, unless it is too large for every rendition to carry."""
    profile: bytes | None = picture.info.get("icc_profile")
    return profile if profile and len(profile) <= _MAX_PROFILE else None


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture with its colours converted from the profile; where the profile is damaged, without it."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (OSError, ImageCms.PyCMSError):
        converted = None
    return converted or picture.convert(mode)


def _saved(picture: Image.Image, format: str, *, profile: bytes | None, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, format, icc_profile=profile, exif=b"", xmp=b"", comment=b"", **options)
    return out.getvalue()
