"""Which addresses a cleaned body may carry, and the two video sites that become embeds."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

_IGNORED_BY_BROWSERS = re.compile(r"[\t\r\n]")
_CONTROLS = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_VIMEO_ID = re.compile(r"[0-9]{5,12}")
_YOUTUBE_HOSTS = {"youtube.com", "m.youtube.com", "youtube-nocookie.com"}
_YOUTUBE_FOLDERS = {"embed", "v", "shorts", "live"}


def safe_address(written: str | None, base_url: str = "") -> str | None:
    """Gives an http, https, mailto or site-relative address, or None for any other.

    A relative one is resolved against `base_url` where there is one; one without a host but two slashes is https.
    """
    address = _IGNORED_BY_BROWSERS.sub("", written or "").strip(_CONTROLS)
    if not address or address.startswith("#"):
        return None
    try:
        return _absolute(address) if _SCHEME.match(address) else _relative(address, base_url)
    except ValueError:
        return None


def picture_address(written: str | None, base_url: str = "") -> str:
    """Gives the address of a picture, or nothing where it is none that can be fetched or found."""
    address = safe_address(written, base_url) or ""
    return "" if address.startswith("mailto:") else address


def _absolute(address: str) -> str | None:
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        return address if parts.path else None
    return address if scheme in {"http", "https"} and parts.hostname and "\\" not in parts.netloc else None


def _relative(address: str, base_url: str) -> str | None:
    # Browsers read a backslash as a slash, so that /\host is another site, like //host.
    if address.replace("\\", "/").startswith("//"):
        return _absolute("https:" + address) if address.startswith("//") else None
    if base_url:
        return _absolute(urljoin(base_url, address))
    return address if address.startswith("/") else None


def video_address(written: str | None) -> str | None:
    """Gives the page of a YouTube or Vimeo video, rebuilt from its id alone, or None for anything else."""
    address = safe_address(written)
    if address is None or not address.startswith(("http:", "https:")):
        return None
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    steps = [step for step in parts.path.split("/") if step]
    if host in {"vimeo.com", "player.vimeo.com"}:
        return vimeo_page(steps[-1] if steps else "")
    if host == "youtu.be":
        return youtube_page(steps[0] if steps else "")
    return _youtube_video(steps, parts.query) if host in _YOUTUBE_HOSTS else None


def _youtube_video(steps: list[str], query: str) -> str | None:
    if steps[:1] == ["watch"]:
        return youtube_page(parse_qs(query.replace("&amp;", "&")).get("v", [""])[0])
    if len(steps) > 1 and steps[0] in _YOUTUBE_FOLDERS:
        return youtube_page(steps[1].partition("&")[0])
    return None


def youtube_page(video: str) -> str | None:
    """Gives the page of a YouTube video by its id."""
    return f"https://www.youtube.com/watch?v={video}" if _YOUTUBE_ID.fullmatch(video) else None


def vimeo_page(video: str) -> str | None:
    """Gives the page of a Vimeo video by its id."""
    return f"https://vimeo.com/{video}" if _VIMEO_ID.fullmatch(video) else None
