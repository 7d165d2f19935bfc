"""Fits names, titles, slugs and website addresses of the source to the paper's fields, and reports what was cut."""

import re
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from broadsheet.interchange.characters import CONTROLS
from broadsheet.interchange.links import safe_url

MAX_TAG = 100  # characters of a tag's name, which is also its key in the import log
OPENING_WORDS = 8
_EMPTY_URL = re.compile(r"(?:https?:/{0,2})?", re.IGNORECASE)  # a form that was filled in with "http://" alone
_validate_url = URLValidator(schemes=["http", "https"])
Callback = Callable[[], object]


def ignore() -> None:
    """Serve as the callback for a copy of text that is kept in full elsewhere."""


def one_line(text: str, limit: int, *, on_cut: Callback) -> str:
    """Return the text on one line of at most `limit` characters; `on_cut` is called where it was longer."""
    return shortened(" ".join(CONTROLS.sub(" ", text).split()), limit, on_cut=on_cut)


def shortened(text: str, limit: int, *, on_cut: Callback) -> str:
    """Return the text, or as many of its whole words as fit before an ellipsis."""
    if len(text) <= limit:
        return text
    on_cut()
    cut = text[: limit - 1]
    last_space = cut.rfind(" ")
    return (cut[:last_space] if last_space > limit // 2 else cut).rstrip() + "…"


def website(url: str, limit: int, *, on_drop: Callback) -> str:
    """Return the URL of a website that may be linked, or an empty string; `on_drop` is called for a bad URL."""
    if _EMPTY_URL.fullmatch(url.strip()):
        return ""
    safe = safe_url(url if "//" in url else f"http://{url}") or ""
    if not safe or len(safe) > limit or not _is_valid(safe):
        on_drop()
        return ""
    return safe


def _is_valid(url: str) -> bool:
    try:
        _validate_url(url)
    except ValidationError:
        return False
    return True


def opening_words(text: str) -> str:
    """Return the first words of a text, as the title of an article without one."""
    words = text.split()
    return " ".join(words[:OPENING_WORDS]) + ("…" if len(words) > OPENING_WORDS else "")
