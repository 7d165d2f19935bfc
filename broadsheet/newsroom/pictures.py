"""The sizes and formats in which a photograph is offered, without asking the database or touching a file."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from wagtail.images.utils import generate_signature

from broadsheet.newsroom.models import Photo

WIDTHS = (400, 800, 1200, 1600)
FALLBACK = 800
SHARED = 1200
_KEPT_IN = "original_images/"
# Qualities at which the three look alike.
FORMATS = {
    "avif": "format-avif|avifquality-50",
    "webp": "format-webp|webpquality-72",
    "jpeg": "format-jpeg|jpegquality-76",
}


@dataclass(frozen=True)
class Sources:
    """What a <picture> element needs."""

    avif: str
    webp: str
    jpeg: str
    fallback: str
    width: int
    height: int


def sources_of(photo: Photo, *, ratio: str = "") -> Sources:
    """Addresses of every size for `srcset`, and the size to reserve; `ratio` such as "3x2" crops.

    A photograph that is smaller than a size is not blown up: the sizes end where it does.
    """
    across, down = _shape(photo, ratio)
    widths = [width for width in WIDTHS if width <= min(photo.width, photo.height * across // down)] or WIDTHS[:1]
    sets = {
        kind: ", ".join(f"{_url(photo, width, kind=kind, ratio=ratio)} {width}w" for width in widths)
        for kind in FORMATS
    }
    width = max(width for width in widths if width <= FALLBACK)
    fallback = _url(photo, width, kind="jpeg", ratio=ratio)
    return Sources(**sets, fallback=fallback, width=width, height=round(width * down / across))


def crop_of(photo: Photo, *, ratio: str) -> str:
    """The address of one JPEG in this ratio, for those who show a link to the article."""
    return _url(photo, SHARED, kind="jpeg", ratio=ratio)


def _shape(photo: Photo, ratio: str) -> tuple[int, int]:
    if not ratio:
        return photo.width, photo.height
    across, down = ratio.split("x")
    return int(across), int(down)


def _url(photo: Photo, width: int, *, kind: str, ratio: str) -> str:
    across, down = _shape(photo, ratio)
    size = f"fill-{width}x{round(width * down / across)}" if ratio else f"width-{width}"
    return _signed(photo.pk, f"{size}|{FORMATS[kind]}") + photo.file.name.removeprefix(_KEPT_IN)


@lru_cache(maxsize=10_000)
def _signed(number: int, spec: str) -> str:
    """The address of one size, with the signature that says that the paper has asked for it; always the same."""
    return reverse("newsroom:photo", args=[generate_signature(number, spec), number, spec])
