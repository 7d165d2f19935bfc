"""Turns WordPress's own shortcodes, and videos standing alone on a line, into elements the body's walk knows.

A shortcode that is not known here stays as the words it is, as in WordPress. One in double brackets is an example and
loses one pair.
"""

import html
import re
from collections.abc import Callable

from broadsheet.interchange.wordpress.addresses import video_address, vimeo_page, youtube_page

GALLERY = "paper-gallery"
EMBED = "paper-embed"

_PAIRED = {"caption", "wp_caption", "embed", "audio", "video", "code", "sourcecode", "youtube", "vimeo"}
_NAMES = "|".join(sorted(_PAIRED | {"gallery"}))
_SHORTCODE = re.compile(rf"(\[?)\[(/?)({_NAMES})(?=[\s=\]/])([^\[\]]*)\](\]?)")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))""")
_CAPTIONED = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL)
_ALONE = re.compile(r"(?m)(^|<p>|<br ?/?>)[ \t]*(https?://[^\s<>\"']{8,300})[ \t]*(?=\r?$|</p>|<br)")
_SOUND = ("src", "mp3", "m4a", "ogg", "wav", "mp4", "m4v", "webm", "ogv", "flv", "wma", "wmv")

Attributes = dict[str, str]


def expand_shortcodes(body: str) -> str:
    """Gives the body with the known shortcodes and lone video addresses turned into elements."""
    if "[" in body:
        body = _expanded(body)
    return _ALONE.sub(_lone_video, body) if "http" in body else body


def _expanded(body: str) -> str:
    """Joins openings with the next closing of the same name, in one pass over the marks."""
    marks = list(_SHORTCODE.finditer(body))
    out, at, skip = [], 0, -1
    for index, mark in enumerate(marks):
        if index <= skip or mark.start() < at:
            continue
        out.append(body[at : mark.start()])
        closing = _closing(marks, index)
        inner = body[mark.end() : marks[closing].start()] if closing is not None else ""
        out.append(_replacement(mark, inner))
        skip = closing if closing is not None else index
        at = marks[skip].end()
    return "".join([*out, body[at:]])


def _closing(marks: list[re.Match[str]], index: int) -> int | None:
    """Finds the mark that closes this one; it must be the next, for these shortcodes hold no other."""
    mark = marks[index]
    follower = marks[index + 1] if index + 1 < len(marks) else None
    if follower is None or mark[2] or _is_example(mark) or mark[3] not in _PAIRED:
        return None
    return index + 1 if follower[2] and follower[3] == mark[3] else None


def _is_example(mark: re.Match[str]) -> bool:
    return bool(mark[1] and mark[5])


def _replacement(mark: re.Match[str], inner: str) -> str:
    if _is_example(mark):
        return mark[0][1:-1]
    if mark[2]:
        return mark[0]
    made = _MAKERS[mark[3]](mark[4], inner)
    if made is None:
        return mark[0] + (f"{inner}[/{mark[3]}]" if inner else "")
    return mark[1] + made + mark[5]


def _attributes(written: str) -> Attributes:
    return {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(written)}


def _caption(written: str, inner: str) -> str | None:
    shown, attributes = _CAPTIONED.match(inner), _attributes(written)
    if shown is None:
        return inner or None
    words = shown[2].strip() or attributes.get("caption", "")
    attachment = attributes.get("id", "").removeprefix("attachment_")
    mark = f' class="wp-image-{attachment}"' if attachment.isdigit() else ""
    return f"\n<figure{mark}>{shown[1]}<figcaption>{words}</figcaption></figure>\n"


def _gallery(written: str, _inner: str) -> str:
    attributes = _attributes(written)
    ids = re.findall(r"\d+", attributes.get("ids") or attributes.get("include", ""))
    return f'\n<{GALLERY} class="{",".join(ids)}"></{GALLERY}>\n'


def _embed(written: str, inner: str) -> str | None:
    address = html.unescape(inner.strip() or _attributes(written).get("src", ""))
    return _video_element(address) or _link_element(address)


def _youtube(written: str, inner: str) -> str | None:
    return _video_by(youtube_page, written, inner)


def _vimeo(written: str, inner: str) -> str | None:
    return _video_by(vimeo_page, written, inner)


def _video_by(page: Callable[[str], str | None], written: str, inner: str) -> str | None:
    """Reads [youtube=ADDRESS&w=1], [youtube ADDRESS], [youtube ID] and [youtube id="ID"]."""
    bare = inner.strip() or written.strip().rstrip("/ ")
    if bare.startswith("="):
        bare = bare.lstrip("= ")
    elif not inner:
        named = _attributes(written)
        bare = next((named[name] for name in ("id", "url", "src", "v") if named.get(name)), bare)
    first = html.unescape(bare).split()[0].strip("\"'") if bare.split() else ""
    return _video_element(page(first) or first)


def _media(written: str, inner: str) -> str | None:
    attributes = _attributes(written)
    address = next((attributes[name] for name in _SOUND if attributes.get(name)), inner.strip())
    return _link_element(html.unescape(address))


def _code(_written: str, inner: str) -> str | None:
    return f"\n<pre>{html.escape(html.unescape(inner), quote=False)}</pre>\n" if inner else None


def _video_element(address: str) -> str | None:
    page = video_address(address)
    return None if page is None else f'\n<{EMBED} class="{html.escape(page)}">{html.escape(page)}</{EMBED}>\n'


def _link_element(address: str) -> str | None:
    shown = html.escape(address)
    return f'\n\n<a href="{shown}">{shown}</a>\n\n' if address.startswith(("http://", "https://", "/")) else None


def _lone_video(match: re.Match[str]) -> str:
    element = _video_element(html.unescape(match[2]))
    return match[0] if element is None else match[1] + element


_MAKERS: dict[str, Callable[[str, str], str | None]] = {
    "caption": _caption,
    "wp_caption": _caption,
    "gallery": _gallery,
    "embed": _embed,
    "youtube": _youtube,
    "vimeo": _vimeo,
    "audio": _media,
    "video": _media,
    "code": _code,
    "sourcecode": _code,
}
