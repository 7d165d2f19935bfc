"""The metadata of a picture that the newsroom uses: XMP before IIM before EXIF, as IPTC recommends."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from PIL import Image

from broadsheet.newsroom.containers import MAX_METADATA, Parts
from broadsheet.newsroom.iptc.embargoes import embargo_in, embargo_of_fields, embargo_of_iso
from broadsheet.newsroom.iptc.iim import Dataset, read_iim
from broadsheet.newsroom.iptc.xmp import Properties, read_xmp

_EXIF_PREFIX = b"Exif\0\0"
_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 700, 33723, 34377
_DESCRIPTION, _ARTIST, _COPYRIGHT = 0x010E, 0x013B, 0x8298
# What cameras write of themselves where a description belongs.
_OF_CAMERAS = re.compile(
    r"\s*(?:\w+ digital camera|sony dsc|dcim\\.*|dji_\w+.*|default|untitled|_?[a-z]+ ?dsc\w*)?\s*", re.I
)
_EMBARGO_PROPERTIES = ("prism:embargoDate", "pur:embargoDate")
_KEPT = "\t\u200c\u200d"  # Persian and emoji need the joiners
_BETWEEN_LINES = re.compile(r"[ \t\f\v]+")


@dataclass(frozen=True)
class Metadata:
    """The texts of a picture, empty where it has none, and the time at which its embargo ends."""

    headline: str = ""
    caption: str = ""
    credit: str = ""
    copyright: str = ""
    description: str = ""
    instructions: str = ""
    embargo_until: datetime | None = None


class _Sources:
    """The properties, datasets and EXIF texts of one picture."""

    def __init__(self, parts: Parts, picture: Image.Image) -> None:
        self.xmp: Properties = read_xmp(parts.xmp or _bytes(picture.info.get("xmp")) or _tag(picture, _TIFF_XMP))
        self.iim = read_iim(parts.photoshop or _tag(picture, _TIFF_PHOTOSHOP))
        if not self.iim:
            self.iim = read_iim(_tag(picture, _TIFF_IPTC))
        self.exif = _exif_texts(parts, picture)

    def all(self, *names: str | Dataset | int) -> list[str]:
        """Return the texts of the first of the names that has any."""
        for name in names:
            texts = [clean for text in self._texts(name) if (clean := _clean(text))]
            if texts:
                return texts
        return []

    def first(self, *names: str | Dataset | int) -> str:
        """Return the first text of the first of the names that has any."""
        return next(iter(self.all(*names)), "")

    def _texts(self, name: str | Dataset | int) -> Sequence[str]:
        if isinstance(name, str):
            return self.xmp.get(name, [])
        if isinstance(name, int):
            return [self.exif.get(name, "")]
        return self.iim.get(name, [])


def read_metadata(parts: Parts, picture: Image.Image, *, zone: tzinfo) -> Metadata:
    """Return the metadata of an opened picture; hours without a zone are in the given one.

    What is damaged, hostile or too large is left out, without an error.
    """
    sources = _Sources(parts, picture)
    caption = sources.first("dc:description", (2, 120), _DESCRIPTION)
    instructions = _joined(
        "\n", [*sources.all("photoshop:Instructions", (2, 40)), sources.first("xmpRights:UsageTerms")]
    )
    return Metadata(
        headline=sources.first("photoshop:Headline", (2, 105), "dc:title", (2, 5)),
        caption=caption,
        credit=_credit(sources),
        copyright=sources.first("dc:rights", (2, 116), _COPYRIGHT),
        description=sources.first("Iptc4xmpCore:AltTextAccessibility", "Iptc4xmpCore:ExtDescrAccessibility"),
        instructions=instructions,
        embargo_until=_embargo(sources, f"{instructions}\n{caption}", zone),
    )


def _credit(sources: _Sources) -> str:
    """Return photographer and credit line as in “Ada Lindqvist / Courant”, each once."""
    names = ", ".join(sources.all("dc:creator", (2, 80), _ARTIST)[:3])
    line = sources.first("photoshop:Credit", (2, 110)) or sources.first("photoshop:Source", (2, 115))
    if names.casefold() in line.casefold():
        return line
    return names if line.casefold() in names.casefold() else f"{names} / {line}"


def _embargo(sources: _Sources, text: str, zone: tzinfo) -> datetime | None:
    """Return the latest of the times that the fields and the words name."""
    found = [
        embargo_in(text, zone),
        embargo_of_fields(sources.first((2, 30)), sources.first((2, 35)), zone),
        *(embargo_of_iso(sources.first(name), zone) for name in _EMBARGO_PROPERTIES),
    ]
    return max((time for time in found if time is not None), default=None)


def _exif_texts(parts: Parts, picture: Image.Image) -> dict[int, str]:
    """Return the texts of the EXIF tags that the newsroom uses."""
    try:
        if parts.exif:
            exif = Image.Exif()
            exif.load(_EXIF_PREFIX + parts.exif)
        else:
            exif = picture.getexif()
        texts = {tag: exif.get(tag) for tag in (_DESCRIPTION, _ARTIST, _COPYRIGHT)}
    except (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError):
        return {}
    decoded = {tag: _utf_8(text) for tag, text in texts.items() if isinstance(text, str)}
    if _OF_CAMERAS.fullmatch(decoded.get(_DESCRIPTION, "")):
        decoded.pop(_DESCRIPTION, None)
    return decoded


def _utf_8(text: str) -> str:
    """Return a text that Pillow has taken for Latin-1 in the encoding that programs use instead."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _tag(picture: Image.Image, tag: int) -> bytes:
    """Return the bytes of a tag of a TIFF."""
    return _bytes(getattr(picture, "tag_v2", {}).get(tag))


def _bytes(value: object) -> bytes:
    raw = value.encode(errors="replace") if isinstance(value, str) else value
    return raw if isinstance(raw, bytes) and len(raw) <= MAX_METADATA else b""


def _clean(text: str) -> str:
    """Return the text without control characters and superfluous blanks; lines stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\n").split("\n")
    plain = ("".join(c for c in line if c in _KEPT or unicodedata.category(c)[0] != "C") for line in lines)
    return unicodedata.normalize("NFC", "\n".join(_BETWEEN_LINES.sub(" ", line).strip() for line in plain)).strip()


def _joined(glue: str, texts: Sequence[str]) -> str:
    return glue.join(dict.fromkeys(filter(None, texts)))
