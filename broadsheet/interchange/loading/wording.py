"""Makes titles, names, slugs and addresses of the source fit the paper's fields, and tells when something was cut."""

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import slugify

from broadsheet.interchange.wordpress.addresses import safe_address
from broadsheet.interchange.wordpress.body import plain_words

MAX_STEM = 240  # of a slug; leaves room for a number
FIRST_WORDS = 8
_NOT_SHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_MARKUP = re.compile(r"[<&\[]")
_NO_SITE = re.compile(r"(?:https?:/{0,2})?", re.IGNORECASE)
_is_web_address = URLValidator(schemes=["http", "https"])
Told = Callable[[], object]


def words_of(markup: str) -> str:
    """The markup as plain text. Where it has no words the markup itself is the text: nothing is lost, nothing runs."""
    if not _MARKUP.search(markup):
        plain = markup.strip()
    else:
        plain = plain_words(markup).strip() or html.unescape(markup).strip()
    return _NOT_SHOWN.sub("", plain.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(markup: str, limit: int, *, cut: Told) -> str:
    """The markup's words on one line of at most `limit` characters; `cut` is called where it was longer."""
    return shortened(" ".join(words_of(markup).split()), limit, cut=cut)


def name_of(written: str, limit: int, *, cut: Told) -> str:
    """A person's name, in which entities are characters and everything else is what it is."""
    return shortened(" ".join(_NOT_SHOWN.sub(" ", html.unescape(written)).split()), limit, cut=cut)


def shortened(text: str, limit: int, *, cut: Told) -> str:
    """The text, or as many of its whole words as fit before an ellipsis."""
    if len(text) <= limit:
        return text
    cut()
    kept = text[: limit - 1]
    end = kept.rfind(" ")
    return (kept[:end] if end > limit // 2 else kept).rstrip() + "…"


def slug_of(*written: str, otherwise: str) -> str:
    """An address of the first text that gives one, in Latin letters; `otherwise` where none does."""
    slugs = (slugify(unquote(html.unescape(text)))[:MAX_STEM].strip("-_") for text in written)
    return next(filter(None, slugs), otherwise)


def web_site(written: str, limit: int, *, lost: Told) -> str:
    """The address of a web site that may be linked, or nothing; `lost` is called where there was one that may not."""
    if _NO_SITE.fullmatch(written.strip()):
        return ""
    address = safe_address(written if "//" in written else f"http://{written}") or ""
    if not address or len(address) > limit or not _is_sound(address):
        lost()
        return ""
    return address


def _is_sound(address: str) -> bool:
    try:
        _is_web_address(address)
    except ValidationError:
        return False
    return True


def first_words(text: str) -> str:
    """How an untitled text begins."""
    words = text.split()
    return " ".join(words[:FIRST_WORDS]) + ("…" if len(words) > FIRST_WORDS else "")
