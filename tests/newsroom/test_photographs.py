"""A photograph tells readers nothing but what it shows, in sizes made on request; what is none is refused in words."""

import re
import resource
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pytest_django import Settings

from broadsheet.accounts.states import Role
from broadsheet.newsroom.exif import without_metadata
from broadsheet.newsroom.forms import PhotoField
from broadsheet.newsroom.models import Photo
from broadsheet.newsroom.pictures import crop_of, sources_of
from tests.factories.accounts import signed_in
from tests.factories.newsroom import jpeg_file, photo, picture_bytes
from tests.newsroom.desk import words_of

pytestmark = pytest.mark.django_db

SECRET = b"Lindqvist's kitchen window"
HEIC = Path(__file__).parent / "telephone.heic"
XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x20\x1c\x02\x78\x00\x1a" + SECRET


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()  # it remembers sizes of photographs that had the same number


def exif(orientation: int = 1) -> bytes:
    written = Image.Exif()
    written[0x010E] = SECRET.decode()
    written[0x0112] = orientation
    written.get_ifd(0x8825).update({1: "N", 2: (54.0, 12.0, 30.0), 3: "E", 4: (9.0, 5.0, 1.0), 29: "2019:03:28"})
    return written.tobytes()


def with_iptc(jpeg: bytes) -> bytes:
    """Puts an APP13 segment, as agencies' programs write it, behind the start of a JPEG."""
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(IPTC) + 2) + IPTC + jpeg[2:]


def telling(kind: str, orientation: int = 1) -> bytes:
    """A picture with all that a camera and an agency write into this format."""
    size = (120, 80)
    if kind == "JPEG":
        return with_iptc(picture_bytes(kind, size=size, exif=exif(orientation), xmp=XMP, comment=SECRET))
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Comment", SECRET.decode())
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        return picture_bytes(kind, size=size, pnginfo=text, exif=exif(orientation))
    if kind == "GIF":
        return picture_bytes(kind, size=size, comment=SECRET)
    return picture_bytes(kind, size=size, exif=exif(orientation), xmp=XMP)


KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "GIF": "gif", "TIFF": "tif"}


def stored(kind: str, orientation: int = 1) -> Photo:
    name = f"window.{KINDS[kind]}"
    file = SimpleUploadedFile(name, telling(kind, orientation))
    return Photo.objects.create(title="A window", credit="Ilo Brandt", file=file)


def tells(content: bytes) -> bool:
    with Image.open(BytesIO(content)) as picture:
        picture.load()
        known = [*picture.getexif(), *picture.getexif().get_ifd(0x8825), *(picture.info.keys() & {"xmp", "comment"})]
    return SECRET in content or bool(known) or b"8BIM" in content


@pytest.mark.parametrize("kind", KINDS)
def test_the_stored_original_has_no_metadata(kind: str) -> None:
    assert tells(telling(kind))
    with stored(kind).file.open() as file:
        assert not tells(file.read())


@pytest.mark.parametrize("kind", KINDS)
def test_a_served_rendition_has_no_metadata(kind: str, client: Client) -> None:
    sources = sources_of(stored(kind))
    for address in [sources.fallback, sources.webp.split()[0], sources.avif.split()[0]]:
        answer = client.get(address)
        assert answer.status_code == 200
        assert not tells(b"".join(answer.streaming_content))  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_rotated_picture_is_stored_upright(kind: str) -> None:
    made = stored(kind, orientation=6)
    assert (made.width, made.height) == (80, 120)


def test_a_picture_keeps_its_colour_profile_and_transparency() -> None:
    out = BytesIO()
    clear = Image.new("P", (20, 20))
    clear.save(out, "PNG", transparency=0)
    made = Photo.objects.create(title="clear", credit="Ilo", file=SimpleUploadedFile("clear.png", out.getvalue()))
    with made.file.open() as file, Image.open(file) as kept:
        assert kept.convert("RGBA").getpixel((3, 3)) == (0, 0, 0, 0)


def test_a_stored_photograph_is_not_written_again_when_its_texts_change() -> None:
    made = photo(size=(300, 200))
    before = (made.file.name, made.file_hash, made.width)
    made.title = "Another title"
    made.save()
    again = Photo.objects.get()
    assert (again.file.name, again.file_hash, again.width) == before


# Pictures of all kinds are shown, or refused in words ---------------------------------------------------------------


@contextmanager
def served(client: Client, address: str) -> Iterator[Image.Image]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    with Image.open(BytesIO(b"".join(answer.streaming_content))) as made:  # type: ignore[attr-defined]
        yield made


def gradient(mode: str) -> Image.Image:
    """A picture that is dark on the left and light on the right, in any mode of Pillow."""
    grey = Image.linear_gradient("L").rotate(90).resize((400, 300))
    if mode == "F":
        return grey.convert("F").point(lambda value: value * (1 / 255) + 0.0)
    if mode.startswith("I"):
        return grey.convert("I").point(lambda value: value * 256).convert(mode)
    if mode == "PA":
        return grey.convert("P").convert("PA")
    return grey.convert("RGB").convert(mode)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


MODES = {
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "TIFF": ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I;16B", "I", "F"],
    "JPEG": ["L", "RGB", "CMYK"],
    "WEBP": ["RGB", "RGBA"],
    "AVIF": ["RGB", "RGBA"],
    "GIF": ["L", "P"],
}


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in MODES.items() for mode in modes])
def test_a_picture_in_any_mode_is_shown_in_every_format(kind: str, mode: str, editor: Client) -> None:
    hand_in(editor, SimpleUploadedFile(f"tide.{KINDS[kind]}", encoded(gradient(mode), kind)))
    sources, visitor = sources_of(Photo.objects.get()), Client()
    for address in (
        sources.fallback,
        sources.webp.split()[0],
        sources.avif.split()[0],
        crop_of(Photo.objects.get(), ratio="16x9"),
    ):
        with served(visitor, address) as made:
            left, middle, right = (made.convert("L").resize((3, 1)).getpixel((place, 0)) for place in range(3))
            assert left < 100 < middle < 160 < right, (address, left, middle, right)  # type: ignore[operator]


def test_a_photograph_of_a_telephone_becomes_a_jpeg_without_metadata(editor: Client) -> None:
    content = HEIC.read_bytes()
    assert SECRET in content
    hand_in(editor, SimpleUploadedFile("IMG_2019.HEIC", content))
    made = Photo.objects.get()
    assert (made.width, made.height) == (64, 96)
    assert made.file.name.endswith("IMG_2019.jpg")
    with made.file.open() as file:
        stored_content = file.read()
    assert not tells(stored_content)
    with served(Client(), sources_of(made).fallback) as shown:
        assert shown.format == "JPEG"


def animation(frames: int = 8, **options: Any) -> bytes:
    pictures = [gradient("P"), *(Image.effect_noise((400, 300), 50).convert("P") for _ in range(1, frames))]
    return encoded(pictures[0], options.pop("kind", "GIF"), append_images=pictures[1:], save_all=True, **options)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_of_an_animation_the_first_frame_is_kept(kind: str, editor: Client) -> None:
    content = animation(kind=kind, duration=50)
    hand_in(editor, SimpleUploadedFile(f"tide.{KINDS[kind]}", content))
    with Photo.objects.get().file.open() as file, Image.open(file) as kept:
        assert getattr(kept, "n_frames", 1) == 1
    with served(Client(), sources_of(Photo.objects.get()).fallback) as shown:
        left, right = (shown.convert("L").resize((2, 1)).getpixel((place, 0)) for place in range(2))
        assert left < 100 < right - 50  # type: ignore[operator]


def test_a_long_animation_is_taken_at_once(editor: Client) -> None:
    content = animation()[:-1]
    content += content[-900_000:] * 25 + b"\x3b"
    assert len(content) > 20_000_000
    assert seconds(lambda: hand_in(editor, SimpleUploadedFile("tide.gif", content))) < 1
    assert Photo.objects.exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_gif_that_ends_early_is_refused(share: float, editor: Client) -> None:
    content = animation(frames=1)
    answer = hand_in(editor, SimpleUploadedFile("tide.gif", content[: int(len(content) * share)]))
    assert re.search("damaged or incomplete|valid image", words_of(answer))
    assert not Photo.objects.exists()


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of damaged EXIF, and reads the picture
@pytest.mark.parametrize("kind", [*KINDS, "HEIC"])
def test_damaged_bytes_are_refused_or_read_but_never_an_error(kind: str) -> None:
    content, chance = HEIC.read_bytes() if kind == "HEIC" else telling(kind), Random(kind)
    for _ in range(20):
        damaged = bytearray(content[: chance.randrange(len(content)) if chance.random() < 0.3 else None])
        for _ in range(chance.randrange(4)):
            if damaged:
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with suppress(ValidationError):
            PhotoField().clean(SimpleUploadedFile(f"tide.{KINDS.get(kind, 'heic')}", bytes(damaged)))


def seconds(work: Callable[[], object]) -> float:
    """The time of the processor that the work takes."""
    before = process_time()
    work()
    return process_time() - before


HOSTILE = {
    "a JPEG with a million segments": ("tide.jpg", b"\xff\xd8" + b"\xff\xfe\0\x02" * 1_000_000),
    "a GIF with a million blocks": ("tide.gif", picture_bytes("GIF")[:-1] + b"\x21\xfe" + b"\x01a" * 1_000_000),
    "a GIF with a million blocks before its frame": (
        "tide.gif",
        b"GIF89a\x09\0\x09\0\0\0\0\x21\xfe" + b"\x01a" * 1_000_000,
    ),
    "a PNG with a million chunks": ("tide.png", picture_bytes("PNG")[:33] + b"\0\0\0\0tEXt1234" * 1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_picture_of_very_many_parts_is_refused_at_once(name: str, editor: Client) -> None:
    before = process_time()
    words = words_of(hand_in(editor, SimpleUploadedFile(*HOSTILE[name])))
    assert process_time() - before < 8  # without the limits: minutes
    assert Photo.objects.exists() or re.search("consists of so many parts|damaged or incomplete", words)


def test_a_progressive_jpeg_of_very_many_scans_is_refused(editor: Client) -> None:
    content = picture_bytes("JPEG", size=(400, 300), progressive=True)
    last = content.rindex(b"\xff\xda")
    again = content[:last] + content[last:-2] * 100 + content[-2:]
    assert "consists of so many parts" in words_of(hand_in(editor, SimpleUploadedFile("tide.jpg", again)))
    hand_in(editor, SimpleUploadedFile("tide.jpg", content))
    assert Photo.objects.get().width == 400


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_large_photograph_is_reduced_so_that_its_sizes_are_made_quickly(kind: str) -> None:
    content = encoded(Image.linear_gradient("L").rotate(90).convert("RGB").resize((6000, 4000)), kind)
    made = BytesIO(without_metadata(BytesIO(content)))
    with Image.open(made) as kept:
        assert kept.width * kept.height <= 16_000_000
        assert (kept.width, kept.height) == (3000, 2000)
        left, right = (kept.convert("L").resize((2, 1)).getpixel((place, 0)) for place in range(2))
        assert left < 80 < right - 90  # type: ignore[operator]


def test_a_file_behind_the_picture_is_not_stored() -> None:
    content = picture_bytes("JPEG") + telling("JPEG") + SECRET + b"\xff\xda" * 200
    assert SECRET not in without_metadata(BytesIO(content))


def test_a_cmyk_picture_keeps_its_colours() -> None:
    red = Image.new("CMYK", (400, 300), (0, 255, 255, 0))
    with Image.open(BytesIO(without_metadata(BytesIO(encoded(red, "JPEG"))))) as kept:
        assert kept.mode == "RGB"
        r, g, b = kept.getpixel((9, 9))  # type: ignore[misc]
        assert (r > 200, g < 60, b < 60) == (True, True, True)


def test_transparent_parts_stay_transparent_and_are_white_in_a_jpeg(editor: Client) -> None:
    clear = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    clear.paste((200, 0, 0, 255), (0, 0, 200, 300))
    for kind in ("PNG", "WEBP", "TIFF"):
        Photo.objects.all().delete()
        hand_in(editor, SimpleUploadedFile(f"tide.{kind.lower()}", encoded(clear, kind, **LOSSLESS.get(kind, {}))))
        sources = sources_of(Photo.objects.get())
        with served(Client(), sources.webp.split()[0]) as shown:
            assert shown.convert("RGBA").getpixel((390, 9))[3] == 0  # type: ignore[index]
        with served(Client(), sources.fallback) as shown:
            assert min(shown.getpixel((390, 9))) > 250  # type: ignore[arg-type]


LOSSLESS = {"WEBP": {"lossless": True}}


@pytest.mark.parametrize(("name", "kind"), [("boat.png", "JPEG"), ("boat.jpg", "WEBP"), ("IMG_1.HEIC", "JPEG")])
def test_a_picture_under_the_ending_of_another_format_gets_its_own(name: str, kind: str, editor: Client) -> None:
    hand_in(editor, SimpleUploadedFile(name, picture_bytes(kind)))
    made = Photo.objects.get()
    with made.file.open() as file, Image.open(file) as kept:
        assert Path(made.file.name).suffix in {"JPEG": {".jpg"}, "PNG": {".png"}}[str(kept.format)]


@pytest.mark.parametrize("name", ["IMG_2019.heif", "IMG_2019.HEIC"])
def test_a_telephone_s_photograph_is_taken_under_both_endings(name: str, editor: Client) -> None:
    hand_in(editor, SimpleUploadedFile(name, HEIC.read_bytes()))
    assert Photo.objects.get().file.name.endswith("IMG_2019.jpg")


PHOTOGRAPHS = Path(__file__).parents[3] / "shared" / "data" / "photos-lomiri"


@pytest.mark.skipif(not PHOTOGRAPHS.exists(), reason=f"{PHOTOGRAPHS} is not there")
def test_real_photographs_are_stored_within_a_second_each() -> None:
    for path in sorted(PHOTOGRAPHS.glob("*.jpg")):
        with path.open("rb") as file, Image.open(path) as before:
            assert seconds(partial(without_metadata, file)) < 1, path.name
            file.seek(0)
            with Image.open(BytesIO(without_metadata(file))) as kept:
                assert abs(kept.width / kept.height - before.width / before.height) < 0.01, path.name


# Sizes ---------------------------------------------------------------------------------------------------------------


def test_four_widths_in_three_formats_are_offered_and_made(client: Client) -> None:
    sources = sources_of(photo(size=(1800, 1200)), ratio="3x2")
    for kind, name in [("avif", "AVIF"), ("webp", "WEBP"), ("jpeg", "JPEG")]:
        offered = re.findall(r"(\S+) (\d+)w", getattr(sources, kind))
        assert [int(width) for _, width in offered] == [400, 800, 1200, 1600]
        address = offered[0][0]
        answer = client.get(address)
        assert answer.headers["Content-Type"] == f"image/{kind}"
        with Image.open(BytesIO(b"".join(answer.streaming_content))) as made:  # type: ignore[attr-defined]
            assert (made.format, made.size) == (name, (400, 267))
    assert (sources.width, sources.height) == (800, 533)


def test_a_small_picture_is_not_enlarged() -> None:
    assert re.findall(r" (\d+)w", sources_of(photo(size=(900, 600))).jpeg) == ["400", "800"]


@pytest.mark.parametrize("ratio", ["", "3x2"])
@pytest.mark.parametrize("size", [(90, 60), (399, 266), (60, 90), (1, 1), (300, 20), (20, 300)])
def test_a_small_picture_is_declared_in_the_size_that_it_is_served_in(
    size: tuple[int, int], ratio: str, client: Client
) -> None:
    sources = sources_of(photo(size=size), ratio=ratio)
    for address, width in re.findall(r"(\S+) (\d+)w", sources.jpeg):
        with served(client, address) as made:
            assert made.width == int(width) <= size[0]
    with served(client, sources.fallback) as made:
        assert made.width == sources.width
        assert abs(made.height - sources.height) <= 1  # Willow rounds a crop of a few pixels up


def test_a_rendition_may_be_cached_for_ever(client: Client) -> None:
    answer = client.get(sources_of(photo()).fallback)
    answer.close()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.cookies


def test_an_unsigned_address_makes_no_rendition(client: Client) -> None:
    address = sources_of(photo()).fallback
    asked = re.sub(r"width-\d+", "width-4000", address)
    assert asked != address
    assert client.get(asked).status_code == 403


def test_originals_are_never_served(client: Client) -> None:
    assert client.get(f"/media/{photo().file.name}").status_code == 404


# What editors hand in ------------------------------------------------------------------------------------------------


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


def hand_in(editor: Client, file: SimpleUploadedFile, **words: str) -> Any:
    form = {"title": "Harbour", "credit": "Ilo Brandt", "description": "", "tags": "", **words}
    return editor.post(reverse("wagtailimages:add"), {**form, "file": file}, follow=True)


def test_an_editor_uploads_a_photograph(editor: Client) -> None:
    hand_in(editor, SimpleUploadedFile("window.jpg", telling("JPEG", orientation=6)))
    made = Photo.objects.get()
    assert (made.credit, made.width, made.height) == ("Ilo Brandt", 80, 120)
    with made.file.open() as file:
        assert not tells(file.read())


def test_a_photograph_without_a_credit_is_refused(editor: Client) -> None:
    answer = hand_in(editor, jpeg_file(), credit="")
    assert "This field is required" in words_of(answer)
    assert not Photo.objects.exists()


@pytest.mark.parametrize("in_memory", [True, False])
def test_several_uploads_at_once_lose_their_metadata_and_get_a_credit(
    *, in_memory: bool, editor: Client, tmp_path: Path, settings: Settings
) -> None:
    if not in_memory:
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
    file = SimpleUploadedFile("window.jpg", telling("JPEG"))
    address = reverse("wagtailimages:add_multiple")
    answer = editor.post(address, {"title": "Window", "files[]": file}, headers={"X-Requested-With": "XMLHttpRequest"})
    told = answer.json()
    assert "credit" in told["form"]
    waiting = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert waiting
    assert not [path for path in waiting if tells(path.read_bytes())]
    number = told["uploaded_file_id"]
    words = {
        f"uploaded-image-{number}-{name}": value for name, value in [("title", "Window"), ("credit", "Ilo Brandt")]
    }
    address = reverse("wagtailimages:create_multiple_from_uploaded_image", args=[number])
    assert editor.post(address, words, headers={"X-Requested-With": "XMLHttpRequest"}).json()["success"]
    assert Photo.objects.get().credit == "Ilo Brandt"
    assert not [path for path in tmp_path.rglob("*.jpg") if tells(path.read_bytes())]


def png_of(width: int, height: int) -> bytes:
    """A PNG of any size that takes next to no room on the disk: one bit a pixel, all of them the same."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def most_memory() -> int:
    """The most that this process has ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize(("width", "height"), [(20_000, 10_000), (11_000, 10_000), (40_000, 20_000)])
def test_an_enormous_picture_is_refused(width: int, height: int, editor: Client) -> None:
    content = png_of(width, height)
    assert len(content) < 200_000
    before = most_memory()
    answer = hand_in(editor, SimpleUploadedFile("huge.png", content, content_type="image/png"))
    assert "Please reduce it to at most 100 megapixels if it is a JPEG, and to 50" in words_of(answer)
    assert most_memory() - before < 60
    assert not Photo.objects.exists()


WRONG = {
    "a text": ("notes.jpg", b"Nothing to be seen here."),
    "an empty file": ("empty.jpg", b""),
    "a program": ("tide.jpg", b"MZ\x90\0" + b"\0" * 400),
    "a page with a script": ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    "a page under the name of a picture": (
        "page.png",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    ),
    "a picture of no width": ("none.gif", b"GIF89a\0\0\0\0\0\0\0\x2c" + b"\0" * 9 + b"\x02\x02\x44\x01\0\x3b"),
    "a format that no browser shows": ("tide.bmp", picture_bytes("BMP")),
    "a JPEG of segments alone": ("tide.jpg", b"\xff\xd8\xff\xe0\0\x02" + b"\xff\xfe\0\x02" * 9_000),
    "half a picture": ("half.jpg", picture_bytes("JPEG", size=(900, 600), quality=98)[:3000]),
    "half a PNG": ("half.png", picture_bytes("PNG", size=(900, 600))[:600]),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_incomplete_picture_is_refused(name: str, editor: Client) -> None:
    answer = hand_in(editor, SimpleUploadedFile(*WRONG[name]))
    assert answer.status_code == 200
    assert re.search(
        r"damaged or incomplete|not a valid|Not a valid|submitted file is empty|valid image|Not a supported",
        words_of(answer),
    )
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".jpg", "a/" * 3000 + "b.jpg", "%00.jpg", "../original_images/a.jpg", "a.jpg/b"]
)
def test_a_picture_that_cannot_exist_is_not_found(client: Client, name: str) -> None:
    assert client.get(f"/media/images/{name}").status_code in {301, 302, 404}
