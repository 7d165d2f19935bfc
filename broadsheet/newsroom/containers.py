"""The containers of pictures: JPEG, PNG and GIF without their metadata, and the metadata by themselves.

Pillow reads metadata before it shows a picture, in a time that grows with the square of their size. So they are taken
out first, here, in one pass whose length is bounded.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

MAX_PARTS = 400_000  # blocks or chunks: a GIF of 40 MB has 170,000
MAX_SEGMENTS = 10_000  # of a JPEG before its first scan: cameras write a dozen, and 40 MB of metadata are 640
MAX_SCANS = 64  # of a progressive JPEG, each of which runs through all pixels
MAX_METADATA = 1_000_000  # bytes of each kind; larger ones are left unread
_JPEG, _PNG, _GIF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")
_FILL = re.compile(rb"\xff+")
_START_OF_SCAN, _END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"
_EXIF, _XMP, _IPTC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
# Segments of applications that belong to the picture: pixel density, colour profile and colour model.
_OF_THE_PICTURE = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_COMMENT, _APPLICATIONS = 0xFE, range(0xE0, 0xF0)
_PNG_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"pHYs"}
_PNG_XMP = b"XML:com.adobe.xmp\0"


class DamagedPicture(OSError):
    """A file that ends before its picture does, or whose parts do not fit together."""


class TooManyParts(OSError):
    """A picture that consists of more parts than any program writes, which would take minutes to read."""


@dataclass(frozen=True)
class Parts:
    """A picture file without metadata, and the metadata: EXIF from its TIFF header on, XMP, and Photoshop's blocks."""

    picture: bytes
    exif: bytes = b""
    xmp: bytes = b""
    photoshop: bytes = b""


def parts_of(content: bytes) -> Parts:
    """Return the parts of a JPEG, a PNG or the first frame of a GIF; a file of another kind as it is.

    Raise DamagedPicture or TooManyParts, which are both OSErrors.
    """
    if content.startswith(_JPEG):
        return _parts_of_jpeg(content)
    if content.startswith(_PNG):
        return _parts_of_png(content)
    return Parts(b"".join(_first_frame(content)) if content.startswith(_GIF) else content)


def _parts_of_jpeg(content: bytes) -> Parts:
    """Return the parts of a JPEG up to its end: telephones append further pictures, films and maps."""
    parts, kept, start = Parts(b""), [content[:2]], len(content)
    photoshop: list[bytes] = []
    for marker, at, payload in _segments(content):
        if marker == _START_OF_SCAN[1]:
            start = at
        elif _is_of_the_picture(marker, payload):
            kept.append(content[at : at + 4 + len(payload)])
        elif payload.startswith(_EXIF) and not parts.exif:
            parts = replace(parts, exif=payload.removeprefix(_EXIF))
        elif payload.startswith(_XMP) and not parts.xmp:
            parts = replace(parts, xmp=payload.removeprefix(_XMP))
        elif payload.startswith(_IPTC) and len(photoshop) * 2**16 < MAX_METADATA:
            photoshop.append(payload.removeprefix(_IPTC))
    end = content.find(_END_OF_IMAGE, start)
    if end >= 0 and content.count(_START_OF_SCAN, start, end) > MAX_SCANS:
        raise TooManyParts("The JPEG has too many scans.")
    kept.append(content[start : end + 2] if end >= 0 else content[start:])
    return replace(parts, picture=b"".join(kept), photoshop=b"".join(photoshop))


def _is_of_the_picture(marker: int, payload: bytes) -> bool:
    if marker in _OF_THE_PICTURE:
        return payload.startswith(_OF_THE_PICTURE[marker])
    return marker not in _APPLICATIONS and marker != _COMMENT


def _segments(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield marker, place and payload of each segment of a JPEG, up to the first scan."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        fill = _FILL.match(content, at)
        if fill is None or fill.end() + 3 > len(content):
            raise DamagedPicture("The JPEG has no further segment where one should begin.")
        at = fill.end() - 1
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        yield marker, at, content[at + 4 : at + 2 + length]
        if marker == _START_OF_SCAN[1]:
            return
        at += 2 + length
    raise TooManyParts("The JPEG has too many segments.")


def _parts_of_png(content: bytes) -> Parts:
    """Return the parts of a PNG without the further frames of an animation."""
    exif, xmp, kept = b"", b"", [_PNG]
    at = len(_PNG)
    for _ in range(MAX_PARTS):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        chunk, at = content[at : at + 12 + length], at + 12 + length
        if kind in _PNG_CHUNKS or (kind == b"iCCP" and _inflated(chunk[8:-4].partition(b"\0")[2][1:])):
            kept.append(chunk)
        elif kind == b"eXIf":
            exif = chunk[8:-4]
        elif kind == b"iTXt" and chunk[8:].startswith(_PNG_XMP):
            xmp = _text_of(chunk[8 + len(_PNG_XMP) : -4])
        if kind == b"IEND" or at >= len(content):
            return Parts(b"".join(kept), exif=exif, xmp=xmp)
    raise TooManyParts("The PNG has too many chunks.")


def _text_of(chunk: bytes) -> bytes:
    """Return the text of a chunk behind its name: flags, language, the translated name, and the text."""
    is_compressed = chunk[:1] == b"\1"
    text = chunk[2:].split(b"\0", 2)[-1]
    return _inflated(text) if is_compressed else text


def _inflated(compressed: bytes) -> bytes:
    """Return the decompressed bytes; empty where they are damaged or more than MAX_METADATA."""
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(compressed, MAX_METADATA)
    except zlib.error:
        return b""
    return b"" if inflater.unconsumed_tail else inflated


def _first_frame(content: bytes) -> Iterator[bytes]:
    """Yield the blocks of a GIF that show its first frame."""
    at = 13 + _palette(content, 10)
    yield content[:at]
    blocks = 0
    while True:
        start, block = at, content[at : at + 2]
        at += {b"\x21": 2, b"\x2c": 11 + _palette(content, at + 9)}.get(block[:1], len(content))
        while size := content[at : at + 1]:  # the sub-blocks, of which an empty one is the last
            at, blocks = at + 1 + size[0], blocks + 1
            if size == b"\0":
                break
        if at >= len(content):
            raise DamagedPicture("The GIF is incomplete.")
        if blocks > MAX_PARTS:
            raise TooManyParts("The GIF has too many blocks.")
        if block[:1] == b"\x2c":
            yield content[start:at]
            break
        if block == b"\x21\xf9":  # which colour is transparent
            yield content[start:at]
    yield b"\x3b"


def _palette(content: bytes, flags_at: int) -> int:
    """Return the length of the palette that the flags of a GIF's screen or frame announce."""
    flags = content[flags_at : flags_at + 1] or b"\0"
    return 3 * 2 ** ((flags[0] & 7) + 1) if flags[0] & 0x80 else 0
