"""What agencies write into a picture is read, whoever wrote it and however; and hostile metadata do no harm."""

import struct
from datetime import datetime
from io import BytesIO
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from broadsheet.newsroom.containers import parts_of
from broadsheet.newsroom.exif import opened
from broadsheet.newsroom.iptc.embargoes import embargo_in
from broadsheet.newsroom.iptc.iim import read_iim
from broadsheet.newsroom.iptc.metadata import Metadata, read_metadata
from broadsheet.newsroom.iptc.xmp import read_xmp
from tests.factories.newsroom import picture_bytes

BERLIN = ZoneInfo("Europe/Berlin")
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
  xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
  photoshop:Credit="dpa" photoshop:Headline="Dredger in Brackwater">
 <dc:creator><rdf:Seq><rdf:li>Ada Lindqvist</rdf:li></rdf:Seq></dc:creator>
 <dc:description><rdf:Alt><rdf:li xml:lang="fr">La drague</rdf:li><rdf:li xml:lang="x-default">The dredger
 at work — Müller &amp; Söhne</rdf:li></rdf:Alt></dc:description>
 <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2026 dpa</rdf:li></rdf:Alt></dc:rights>
 <photoshop:Instructions>Sperrfrist: 28.11.2031, 18.00 Uhr. No internet.</photoshop:Instructions>
 <xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Editorial use only</rdf:li></rdf:Alt>
 </xmpRights:UsageTerms>
 <Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">A ship lifts mud.</rdf:li></rdf:Alt>
 </Iptc4xmpCore:AltTextAccessibility>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
EXPECTED = Metadata(
    headline="Dredger in Brackwater",
    caption="The dredger\nat work — Müller & Söhne",
    credit="Ada Lindqvist / dpa",
    copyright="© 2026 dpa",
    description="A ship lifts mud.",
    instructions="Sperrfrist: 28.11.2031, 18.00 Uhr. No internet.\nEditorial use only",
    embargo_until=datetime(2031, 11, 28, 18, 0, tzinfo=BERLIN),
)


def dataset(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def photoshop(*datasets: bytes) -> bytes:
    """Photoshop's blocks: one of another kind with a name, and the one with the datasets."""
    iim = b"".join(datasets)
    other = b"8BIM\x03\xed\x05named" + struct.pack(">I", 3) + b"abc\0"
    return other + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iim)) + iim + b"\0" * (len(iim) % 2)


def with_iptc(jpeg: bytes, blocks: bytes) -> bytes:
    segment = b"Photoshop 3.0\0" + blocks
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


def png_with(xmp: bytes, *, is_compressed: bool = False) -> bytes:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=is_compressed)
    return picture_bytes("PNG", pnginfo=info)


def tiff_with(xmp: bytes) -> bytes:
    tags = ImageFileDirectory_v2()
    tags[700], tags.tagtype[700] = xmp, 1
    return picture_bytes("TIFF", tiffinfo=tags)


def read(content: bytes) -> Metadata:
    parts = parts_of(content)
    with opened(parts) as picture:
        return read_metadata(parts, picture, zone=BERLIN)


PICTURES = {
    "JPEG": lambda xmp: picture_bytes("JPEG", xmp=xmp),
    "PNG": png_with,
    "compressed PNG": lambda xmp: png_with(xmp, is_compressed=True),
    "WEBP": lambda xmp: picture_bytes("WEBP", xmp=xmp),
    "AVIF": lambda xmp: picture_bytes("AVIF", xmp=xmp),
    "HEIF": lambda xmp: picture_bytes("HEIF", xmp=xmp),
    "TIFF": tiff_with,
}


@pytest.mark.parametrize("kind", PICTURES)
def test_xmp_is_read_from_every_format(kind: str) -> None:
    assert read(PICTURES[kind](XMP.encode())) == EXPECTED


@pytest.mark.parametrize(
    ("charset", "encoding"), [(b"\x1b%G", "utf-8"), (b"", "utf-8"), (b"", "latin-1"), (b"\x1b.A", "latin-1")]
)
def test_iim_is_read_in_both_encodings(charset: bytes, encoding: str) -> None:
    sets = [dataset(1, 90, charset)] if charset else []
    for number, text in [(120, "Müller am Kai"), (80, "Åsa Öberg"), (110, "dpa"), (116, "© dpa"), (40, "No sales")]:
        sets.append(dataset(2, number, text.encode(encoding)))
    sets += [dataset(2, 30, b"20311128"), dataset(2, 35, b"180000+0200"), dataset(2, 105, b"Kai")]
    found = read(with_iptc(picture_bytes("JPEG"), photoshop(*sets)))
    assert (found.caption, found.credit, found.copyright) == ("Müller am Kai", "Åsa Öberg / dpa", "© dpa")
    assert found.instructions == "No sales"
    assert found.embargo_until is not None
    assert found.embargo_until.isoformat() == "2031-11-28T18:00:00+02:00"


def test_xmp_comes_before_iim_and_iim_before_exif() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x8298], exif[0x013B] = "From EXIF", "EXIF's", "Eva"
    plain = picture_bytes("JPEG", exif=exif.tobytes())
    assert (read(plain).caption, read(plain).copyright, read(plain).credit) == ("From EXIF", "EXIF's", "Eva")
    with_both = with_iptc(plain, photoshop(dataset(2, 120, b"From IIM")))
    assert read(with_both).caption == "From IIM"
    with_all = with_iptc(
        picture_bytes("JPEG", exif=exif.tobytes(), xmp=XMP.encode()), photoshop(dataset(2, 120, b"From IIM"))
    )
    assert read(with_all) == EXPECTED


@pytest.mark.parametrize(
    "text", ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM\\100MEDIA\\DJI_0001.JPG", "   ", "default"]
)
def test_what_a_camera_writes_of_itself_is_no_caption(text: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = text
    assert not read(picture_bytes("JPEG", exif=exif.tobytes())).caption


def test_a_name_that_the_credit_line_repeats_stands_once() -> None:
    sets = [dataset(2, 80, b"Ada Lindqvist"), dataset(2, 110, b"Ada Lindqvist/Courant")]
    assert read(with_iptc(picture_bytes("JPEG"), photoshop(*sets))).credit == "Ada Lindqvist/Courant"


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
HOSTILE: dict[str, str] = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>' + XMP.replace("dpa", "&l12;"),
    "a file of the machine": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + XMP.replace("dpa", "&f;"),
    "an address": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + XMP,
    "a large packet": XMP + " " * 2_000_000,
    "a deep packet": "<a>" * 200_000,
    "very many elements": XMP.replace("<dc:rights>", "<dc:rights>" + "<b/>" * 150_000),
    "nothing but blanks": "   ",
    "no XML": "dpa",
    "half a packet": XMP[:700],
    "lone surrogates": XMP.replace("A ship", "&#xD800;&#0;"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xmp_gives_no_error_and_no_delay(name: str) -> None:
    packet = HOSTILE[name].encode()
    before = process_time()
    assert "root:" not in str(read_xmp(packet))
    read_xmp(HOSTILE[name].encode("utf-16"))
    found = read(png_with(packet))
    assert process_time() - before < 1
    assert len(str(found)) < 10_000


def test_damaged_iim_gives_no_error() -> None:
    whole = photoshop(dataset(2, 120, b"Quay"), dataset(2, 110, b"dpa"))
    for end in range(len(whole)):
        read_iim(whole[:end])
    for at in range(len(whole)):
        read_iim(whole[:at] + b"\xff" + whole[at + 1 :])
    assert read_iim(whole)[2, 120] == ["Quay"]


EMBARGOES: dict[str, str] = {
    "Sperrfrist: 28.11.2031, 18.00 Uhr": "2031-11-28T18:00:00+01:00",
    "SPERRFRIST 1. Juli 2031 06:00 MESZ": "2031-07-01T06:00:00+02:00",
    "Achtung Sperrfrist bis 28. November 2031, 18 Uhr!": "2031-11-28T18:00:00+01:00",
    "EMBARGOED UNTIL 0001 GMT 28 NOV 2031": "2031-11-28T00:01:00+00:00",
    "Embargoed until 00:01 BST on July 1, 2031": "2031-07-01T00:01:00+01:00",
    "EMBARGO: 2031-11-28T18:00:00Z": "2031-11-28T18:00:00+00:00",
    "EMBARGO 2031-11-28 18:00+05:30": "2031-11-28T18:00:00+05:30",
    "Not for publication before 28 November 2031, 6 pm": "2031-11-28T18:00:00+01:00",
    "Do not use before 1 December 2031": "2031-12-01T00:00:00+01:00",
}


@pytest.mark.parametrize("text", EMBARGOES)
def test_an_embargo_is_found_in_the_words_of_an_agency(text: str) -> None:
    found = embargo_in(text, BERLIN)
    assert found is not None
    assert found.isoformat() == EMBARGOES[text]


@pytest.mark.parametrize(
    "text", ["Embargo 31.02.2031", "Embargo until further notice", "Photographed 28.11.2031", "", "No embargo."]
)
def test_words_without_an_embargo_are_none(text: str) -> None:
    assert embargo_in(text, BERLIN) is None


def test_a_long_text_is_searched_at_once() -> None:
    before = process_time()
    embargo_in("embargo " * 30_000 + "1 " * 30_000, BERLIN)
    assert process_time() - before < 0.5


def test_bytes_behind_the_metadata_stay_a_picture() -> None:
    with Image.open(BytesIO(parts_of(picture_bytes("JPEG", xmp=XMP.encode())).picture)) as picture:
        picture.load()
        assert "xmp" not in picture.info
