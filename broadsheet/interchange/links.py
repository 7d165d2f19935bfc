"""URLs that imported text may link to, and the pages of videos that become embeds."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

_IGNORED_BY_BROWSERS = re.compile(r"[\t\r\n]")
_CONTROLS = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_VIMEO_ID = re.compile(r"[0-9]{5,12}")
_YOUTUBE_HOSTS = {"youtube.com", "m.youtube.com", "youtube-nocookie.com"}
_YOUTUBE_FOLDERS = {"embed", "v", "shorts", "live"}


def safe_url(text: str | None, base_url: str = "") -> str | None:
    """Return the text as an http, https, mailto or site-relative URL, or None for any other text.

    With a `base_url`, relative URLs are resolved against it. A URL that begins with two slashes becomes https.
    """
    url = _IGNORED_BY_BROWSERS.sub("", text or "").strip(_CONTROLS)
    if not url or url.startswith("#"):
        return None
    try:
        return _absolute(url) if _SCHEME.match(url) else _relative(url, base_url)
    except ValueError:
        return None


def image_url(text: str | None, base_url: str = "") -> str:
    """Return the URL of an image, or an empty string where no image can be loaded from it."""
    url = safe_url(text, base_url) or ""
    return "" if url.startswith("mailto:") else url


def _absolute(url: str) -> str | None:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        return url if parts.path else None
    return url if scheme in {"http", "https"} and parts.hostname and "\\" not in parts.netloc else None


def _relative(url: str, base_url: str) -> str | None:
    # Browsers read a backslash as a slash, so that /\host is another site, like //host.
    if url.replace("\\", "/").startswith("//"):
        return _absolute("https:" + url) if url.startswith("//") else None
    if base_url:
        return _absolute(urljoin(base_url, url))
    return url if url.startswith("/") else None


def video_url(text: str | None) -> str | None:
    """Return the page of a YouTube or Vimeo video, rebuilt from its id alone, or None for any other URL."""
    url = safe_url(text)
    if url is None or not url.startswith(("http:", "https:")):
        return None
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    segments = [segment for segment in parts.path.split("/") if segment]
    if host in {"vimeo.com", "player.vimeo.com"}:
        return vimeo_page(segments[-1] if segments else "")
    if host == "youtu.be":
        return youtube_page(segments[0] if segments else "")
    return _youtube_video(segments, parts.query) if host in _YOUTUBE_HOSTS else None


def _youtube_video(segments: list[str], query: str) -> str | None:
    if segments[:1] == ["watch"]:
        return youtube_page(parse_qs(query.replace("&amp;", "&")).get("v", [""])[0])
    if len(segments) > 1 and segments[0] in _YOUTUBE_FOLDERS:
        return youtube_page(segments[1].partition("&")[0])
    return None


def youtube_page(video_id: str) -> str | None:
    """Return the page of a YouTube video, or None where the id is malformed."""
    return f"https://www.youtube.com/watch?v={video_id}" if _YOUTUBE_ID.fullmatch(video_id) else None


def vimeo_page(video_id: str) -> str | None:
    """Return the page of a Vimeo video, or None where the id is malformed."""
    return f"https://vimeo.com/{video_id}" if _VIMEO_ID.fullmatch(video_id) else None
