"""Turns WordPress's own shortcodes, and addresses alone on a line, into HTML elements.

As in WordPress, an unknown shortcode stays as it is, and a shortcode in double brackets is an example and loses a pair.
"""

import html
import re
from collections.abc import Callable

from broadsheet.interchange.html.cleaning import EMBED, GALLERY
from broadsheet.interchange.links import video_url, vimeo_page, youtube_page

_PAIRED = {"caption", "wp_caption", "embed", "audio", "video", "code", "sourcecode", "youtube", "vimeo"}
_NAMES = "|".join(sorted(_PAIRED | {"gallery"}))
_SHORTCODE = re.compile(rf"(\[?)\[(/?)({_NAMES})(?=[\s=\]/])([^\[\]]*)\](\]?)")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))""")
_CAPTIONED = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL)
_ADDRESS_LINE = re.compile(r"(?m)(^|<p>|<br ?/?>)[ \t]*(https?://[^\s<>\"']{8,300})[ \t]*(?=\r?$|</p>|<br)")
_MEDIA_ATTRIBUTES = ("src", "mp3", "m4a", "ogg", "wav", "mp4", "m4v", "webm", "ogv", "flv", "wma", "wmv")

_IDS = re.compile(r"(?<!\d)[0-9]{1,18}(?!\d)")

Attributes = dict[str, str]


def expand_shortcodes(body: str) -> str:
    """Return the body with known shortcodes, and URLs alone on a line, turned into elements."""
    if "[" in body:
        body = _expanded(body)
    return _ADDRESS_LINE.sub(_embedded, body) if "http" in body else body


def _expanded(body: str) -> str:
    """Expand the shortcodes in one pass over their tags, so that the time grows only with the length of the body."""
    tags = list(_SHORTCODE.finditer(body))
    parts, end, last = [], 0, -1
    for index, tag in enumerate(tags):
        if index <= last or tag.start() < end:
            continue
        parts.append(body[end : tag.start()])
        closing = _closing_tag(tags, index)
        content = body[tag.end() : tags[closing].start()] if closing is not None else ""
        parts.append(_replacement(tag, content))
        last = closing if closing is not None else index
        end = tags[last].end()
    return "".join([*parts, body[end:]])


def _closing_tag(tags: list[re.Match[str]], index: int) -> int | None:
    """Return the index of the closing tag, which must be the next tag: these shortcodes do not nest."""
    tag = tags[index]
    following = tags[index + 1] if index + 1 < len(tags) else None
    if following is None or tag[2] or _is_example(tag) or tag[3] not in _PAIRED:
        return None
    return index + 1 if following[2] and following[3] == tag[3] else None


def _is_example(tag: re.Match[str]) -> bool:
    return bool(tag[1] and tag[5])


def _replacement(tag: re.Match[str], content: str) -> str:
    if _is_example(tag):
        return tag[0][1:-1]
    if tag[2]:
        return tag[0]
    element = _EXPANSIONS[tag[3]](tag[4], content)
    if element is None:
        return tag[0] + (f"{content}[/{tag[3]}]" if content else "")
    return tag[1] + element + tag[5]


def _attributes(text: str) -> Attributes:
    return {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(text)}


def _caption(text: str, content: str) -> str | None:
    image, attributes = _CAPTIONED.match(content), _attributes(text)
    if image is None:
        return content or None
    caption = image[2].strip() or attributes.get("caption", "")
    attachment = attributes.get("id", "").removeprefix("attachment_")
    classes = f' class="wp-image-{attachment}"' if attachment.isdigit() else ""
    return f"\n<figure{classes}>{image[1]}<figcaption>{caption}</figcaption></figure>\n"


def _gallery(text: str, _content: str) -> str:
    attributes = _attributes(text)
    ids = [str(int(found)) for found in _IDS.findall(attributes.get("ids") or attributes.get("include", ""))]
    return f'\n<{GALLERY} class="{",".join(ids)}"></{GALLERY}>\n'


def _embed(text: str, content: str) -> str | None:
    url = html.unescape(content.strip() or _attributes(text).get("src", ""))
    return _video_element(url) or _link_element(url)


def _youtube(text: str, content: str) -> str | None:
    return _video_of(youtube_page, text, content)


def _vimeo(text: str, content: str) -> str | None:
    return _video_of(vimeo_page, text, content)


def _video_of(page: Callable[[str], str | None], text: str, content: str) -> str | None:
    """Return the video of [youtube=URL&w=1], [youtube URL], [youtube ID] or [youtube id="ID"]."""
    target = content.strip() or text.strip().rstrip("/ ")
    if target.startswith("="):
        target = target.lstrip("= ")
    elif not content:
        attributes = _attributes(text)
        target = next((attributes[name] for name in ("id", "url", "src", "v") if attributes.get(name)), target)
    first = html.unescape(target).split()[0].strip("\"'") if target.split() else ""
    return _video_element(page(first) or first)


def _media(text: str, content: str) -> str | None:
    attributes = _attributes(text)
    url = next((attributes[name] for name in _MEDIA_ATTRIBUTES if attributes.get(name)), content.strip())
    return _link_element(html.unescape(url))


def _code(_text: str, content: str) -> str | None:
    return f"\n<pre>{html.escape(html.unescape(content), quote=False)}</pre>\n" if content else None


def _video_element(url: str) -> str | None:
    page = video_url(url)
    return None if page is None else f'\n<{EMBED} class="{html.escape(page)}">{html.escape(page)}</{EMBED}>\n'


def _link_element(url: str) -> str | None:
    escaped = html.escape(url)
    return f'\n\n<a href="{escaped}">{escaped}</a>\n\n' if url.startswith(("http://", "https://", "/")) else None


def _embedded(match: re.Match[str]) -> str:
    """Return the video, or a link to the page that WordPress would have embedded."""
    url = html.unescape(match[2])
    address = html.escape(url)
    return match[1] + (_video_element(url) or f'<a href="{address}">{address}</a>')


_EXPANSIONS: dict[str, Callable[[str, str], str | None]] = {
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
