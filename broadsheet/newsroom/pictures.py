"""The addresses of a photograph in all sizes and formats, made without a query and without reading a file."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError
from wagtail.images.utils import generate_signature

from broadsheet.core.errors import Refusal
from broadsheet.core.feed_formats import FeedPicture, absolute
from broadsheet.newsroom.models import Photo, PhotoRendition

logger = logging.getLogger(__name__)

WIDTHS = (400, 800, 1200, 1600)
FALLBACK = 800
SHARED = 1200
_FOLDER = "original_images/"
# Qualities at which the three formats look alike.
FORMATS = {
    "avif": "format-avif|avifquality-50",
    "webp": "format-webp|webpquality-72",
    "jpeg": "format-jpeg|jpegquality-76",
}
# Wagtail does not enlarge, so a small photograph keeps its width.
_FOR_FEEDS = f"width-{SHARED}|{FORMATS['jpeg']}"


@dataclass(frozen=True)
class Sources:
    """The attributes of a <picture> element."""

    avif: str
    webp: str
    jpeg: str
    fallback: str
    width: int
    height: int
    widest: int


def sources_of(photo: Photo, *, ratio: str = "") -> Sources:
    """Return the addresses for `srcset`, and the size to reserve in pixels; a `ratio` such as "3x2" crops.

    Widths beyond that of the photograph are left out; a small one is offered in its own.
    """
    across, down = _shape(photo, ratio)
    most = max(1, min(photo.width, photo.height * across // down))
    widths = [width for width in WIDTHS if width <= most] or [most]
    sets = {
        name: ", ".join(f"{_url(photo, width, format=name, ratio=ratio)} {width}w" for width in widths)
        for name in FORMATS
    }
    width = max(width for width in widths if width <= FALLBACK)
    fallback = _url(photo, width, format="jpeg", ratio=ratio)
    return Sources(
        **sets, fallback=fallback, width=width, height=max(1, round(width * down / across)), widest=max(widths)
    )


def logo_of(photo: Photo) -> str:
    """Return the address of a logo as search engines want it: PNG on white, whole, and no smaller than it must be."""
    return _signed(photo.pk, "min-512x512|bgcolor-ffffff|format-png") + photo.file.name.removeprefix(_FOLDER)


def crop_of(photo: Photo, *, ratio: str) -> str:
    """Return the address of a JPEG in this ratio, for sites that show a link to the article."""
    return _url(photo, SHARED, format="jpeg", ratio=ratio)


def with_pictures_for_feeds(articles: Any) -> Any:
    """Return the queryset of articles, whose lead photographs then have their rendition for feeds without a query."""
    made = PhotoRendition.objects.filter(filter_spec=_FOR_FEEDS)
    return articles.prefetch_related(Prefetch("lead_image__renditions", queryset=made, to_attr="prefetched_renditions"))


def picture_for_feeds(photo: Photo, *, alt: str = "", credit: str = "") -> FeedPicture | None:
    """Return the JPEG of a photograph for an item of a feed, which is made now because feeds give its length in bytes.

    Return None where it cannot be made, so that the feed has the item without it.
    """
    try:
        rendition = photo.get_rendition(_FOR_FEEDS)
        length = rendition.file.size
    except (InvalidFilterSpecError, SourceImageIOError, OSError, Refusal, ValueError) as error:
        logger.warning("Photograph %s is missing in a feed: %s.", photo.pk, type(error).__name__)
        return None
    url = absolute(_signed(photo.pk, _FOR_FEEDS) + photo.file.name.removeprefix(_FOLDER))
    return FeedPicture(url, rendition.width, rendition.height, length, "image/jpeg", alt, credit)


def _shape(photo: Photo, ratio: str) -> tuple[int, int]:
    if not ratio:
        return photo.width, photo.height
    across, down = ratio.split("x")
    return int(across), int(down)


def _url(photo: Photo, width: int, *, format: str, ratio: str) -> str:
    across, down = _shape(photo, ratio)
    size = f"fill-{width}x{round(width * down / across)}" if ratio else f"width-{width}"
    return _signed(photo.pk, f"{size}|{FORMATS[format]}") + photo.file.name.removeprefix(_FOLDER)


# A front page has more than a hundred of these addresses, each with an HMAC.
@lru_cache(maxsize=10_000)
def _signed(pk: int, spec: str) -> str:
    """Return the address of one rendition, signed so that others cannot ask for sizes of their own."""
    return reverse("newsroom:photo", args=[generate_signature(pk, spec), pk, spec])
