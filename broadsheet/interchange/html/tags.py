"""Rewrites the tags of any HTML to those that the importer knows, so that no name in it can make a parser drop text.

An HTML parser chooses by the names of elements: some hide their text, some switch the tokenizer, and names of MathML
and SVG change the namespace, in which nh3 drops elements with all that they contain. The scanner here is the tokenizer
of the HTML standard without these choices (ADR 41): its output has only text, character references and tags of
`KNOWN`, so the stages after it meet no name that could take text away. Text vanishes only where a browser shows none:
in comments, in closed elements of `_HIDDEN`, and in declarations.
"""

import re
from collections import Counter

from broadsheet.interchange.blocks import Loss

# Placeholder elements, which a source writes into a body for a gallery and a video of its own notation. The class of a
# gallery is the list of its media keys, that of an embed the URL of the video.
GALLERY = "paper-gallery"
EMBED = "paper-embed"
# Set on a link that has an address, because a later stage removes unsafe ones.
HAS_ADDRESS = "data-address"

ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", HAS_ADDRESS}),
    "img": frozenset({"src", "alt", "class", "width", "height"}),
    "figure": frozenset({"class"}),
    "iframe": frozenset({"src", "title", "width", "height"}),
    "object": frozenset({"data", "title"}),
    "param": frozenset({"name", "value"}),
    "embed": frozenset({"src", "title"}),
    "video": frozenset({"src"}),
    "audio": frozenset({"src"}),
    "source": frozenset({"src"}),
    "ol": frozenset({"start", "reversed"}),
    "li": frozenset({"value"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan"}),
    "sup": frozenset({"data-fn"}),
    GALLERY: frozenset({"class"}),
    EMBED: frozenset({"class"}),
}
_INLINE = {"a", "b", "strong", "i", "em", "br", "s", "sup", "sub", "code", "tt", "kbd", "samp", "cite"}
_BLOCK = {
    *("p", "div", "section", "article", "aside", "header", "footer", "main", "nav", "center", "address", "hr", "form"),
    *("fieldset", "legend", "details", "summary", "dl", "dt", "dd", "option", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("blockquote", "pre", "ul", "ol", "li", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"),
}
_MEDIA = {"img", "iframe", "object", "param", "embed", "video", "audio", "source", GALLERY, EMBED}
KNOWN = frozenset(_INLINE | _BLOCK | _MEDIA)

_STRUCK = frozenset({"s", "strike", "del"})
_RENAMED = {
    **dict.fromkeys(("strike", "del"), "s"),
    **dict.fromkeys(("menu", "dir"), "ul"),
    **dict.fromkeys(("dialog", "search", "hgroup", "marquee", "optgroup", "body", "frameset"), "div"),
    "listing": "pre",
    "image": "img",
    "var": "i",
    "dfn": "i",
}
# Elements whose text a browser does not show. An iframe stays for its address.
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file")  # set by plugins that load pictures late
_HIDDEN = frozenset({"script", "style", "template", "noscript", "noembed", "noframes", "title", "iframe"})
_HIDDEN_IN_DRAWINGS = frozenset({"title", "desc", "metadata", "defs", "annotation", "annotation-xml"})
_VERBATIM = {"textarea": "p", "xmp": "pre"}  # text in which tags are words, and the element that takes their place
_FOREIGN = {"svg": Loss.DRAWINGS, "math": Loss.FORMULAS}
_COUNTED = {
    "script": Loss.SCRIPTS,
    "canvas": Loss.DRAWINGS,
    **dict.fromkeys(("input", "select", "textarea"), Loss.FORM_FIELDS),
    **_FOREIGN,
}
# All names of HTML that authors write as markup in a title or a comment; other names there are words in angle brackets.
_MARKUP = KNOWN | frozenset(_RENAMED) | frozenset(_HIDDEN) | frozenset(_VERBATIM) | frozenset(_FOREIGN)
_MARKUP |= frozenset(
    (  # noqa: SIM905 - a list of words
        "abbr acronym area base basefont bdi bdo bgsound big blink button canvas col colgroup data datalist font"
        " frame head html input ins isindex keygen label link map mark meta meter nobr object output param picture"
        " progress q rb rp rt rtc ruby select slot small span template time track tt u var wbr plaintext noindex"
        " applet layer multicol spacer selectedcontent"
    ).split()
)

_PLAIN = KNOWN - {"s", "iframe"}

_TOKEN = re.compile(r"<(?:(/?)([A-Za-z][^\s/>]*)|!--|[!?])")
# The attributes of a tag up to its end, as the tokenizer reads them: quotes count only after an equals sign.
_REST_OF_TAG = re.compile(
    r"""(?:[\s/]+|(?P<name>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>][^\s>]*)?)?)*+>"""
)
_ATTRIBUTE = re.compile(r"""([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_DECLARATION = re.compile(r"<[!?][^>]*>")
MAX_UNFINISHED = 20  # tags that do not end are looked at, each to the end of the text; the rest of them are words
_CROSSED_OUT = re.compile(r"line-through", re.IGNORECASE)


def with_known_tags(markup: str, losses: Counter[Loss], *, brackets_are_words: bool = False) -> str:
    """Return the markup with known tags only; what a browser would show and the paper cannot is counted in `losses`.

    With `brackets_are_words`, as in a title or a comment, a tag with a name that HTML does not have is text: in
    "Gull Lines <GUL> sold" the author has named something. In a body such a tag is dropped, as browsers do.
    """
    return _Scanner(markup, losses, brackets_are_words=brackets_are_words).scan() if "<" in markup else markup


class _Scanner:
    """A walk over the tags of one text from its beginning to its end."""

    def __init__(self, markup: str, losses: Counter[Loss], *, brackets_are_words: bool) -> None:
        self.markup, self.losses, self.brackets_are_words = markup, losses, brackets_are_words
        self.parts: list[str] = []
        self.foreign: list[str] = []
        self.spans: list[bool] = []
        self.never_closed: set[str] = set()
        self.comments_end = self.declarations_end = True
        self.unfinished = 0

    def scan(self) -> str:
        """Return the rewritten markup."""
        position = 0
        while (token := _TOKEN.search(self.markup, position)) is not None:
            self.parts.append(self._text(position, token.start()))
            position = self._tag(token) if token[2] else self._comment(token)
        self.parts.append(self._text(position, len(self.markup)))
        return "".join(self.parts)

    def _text(self, start: int, end: int) -> str:
        return _escaped(self.markup[start:end])

    def _words(self, token: re.Match[str]) -> int:
        """Keep the beginning of a token, which is no tag, as text."""
        self.parts.append(self._text(token.start(), token.end()))
        return token.end()

    def _comment(self, token: re.Match[str]) -> int:
        """Skip a comment or declaration; where it does not end, its characters are text."""
        is_comment = token[0] == "<!--"
        if not (self.comments_end if is_comment else self.declarations_end):
            return self._words(token)
        match = (_COMMENT if is_comment else _DECLARATION).match(self.markup, token.start())
        if match is not None:
            return match.end()
        if is_comment:
            self.comments_end = False
        else:
            self.declarations_end = False
        return self._words(token)

    def _tag(self, token: re.Match[str]) -> int:
        if self.markup.startswith(">", token.end()) and token[2] in _PLAIN:
            # Most tags are such: a known name and nothing else.
            self.parts.append(f"{token[0]}>")
            return token.end() + 1
        rest = _REST_OF_TAG.match(self.markup, token.end()) if self.unfinished < MAX_UNFINISHED else None
        if rest is None:
            self.unfinished += 1
            return self._words(token)
        name, attributes = token[2].lower(), rest[0][:-1]
        if self._is_words(name):
            self.parts.append(self._text(token.start(), rest.end()))
            return rest.end()
        if token[1]:
            self._end(name)
            return rest.end()
        return self._start(name, attributes, rest.end())

    def _is_words(self, name: str) -> bool:
        unknown = self.brackets_are_words and not self.foreign and name not in _MARKUP
        return unknown and ":" not in name and "-" not in name

    def _end(self, name: str) -> None:
        if self.foreign and name == self.foreign[-1]:
            self.foreign.pop()
        if name == "span" and self.spans and self.spans.pop():
            name = "s"
        self._put(name, "", closing="/")

    def _start(self, name: str, attributes: str, position: int) -> int:
        is_alone = attributes.endswith("/")
        hides = name in (_HIDDEN_IN_DRAWINGS if self.foreign else _HIDDEN) or name in _HIDDEN
        if name in _VERBATIM or (hides and not (self.foreign and is_alone)):
            return self._raw(name, attributes, position)
        if name in _STRUCK and self._end_of(name, position) is None:
            return position
        if (loss := _COUNTED.get(name)) is not None:
            self.losses[loss] += 1
        if name in _FOREIGN and not is_alone:
            self.foreign.append(name)
        if name == "span":
            self.spans.append(_CROSSED_OUT.search(attributes) is not None)
            name = "s" if self.spans[-1] else name
        self._put(name, attributes)
        if name == "iframe":  # one that closes itself, in a drawing
            self._put(name, "", closing="/")
        return position

    def _raw(self, name: str, attributes: str, position: int) -> int:
        """Skip the text of an element that hides it, or take it as it is; without an end tag, go on behind the tag."""
        if (loss := _COUNTED.get(name)) is not None:
            self.losses[loss] += 1
        end = self._end_of(name, position)
        if end is None:
            self._unclosed(name, attributes)
            return position
        if name in _VERBATIM:
            tag, text = _VERBATIM[name], self.markup[position : end.start()]
            text = text if name == "textarea" else text.replace("&", "&amp;")
            self.parts.append(f"<{tag}>{_escaped(text)}</{tag}>")
        elif name == "iframe":
            self._put(name, attributes)
            self._put(name, "", closing="/")
        return end.end()

    def _unclosed(self, name: str, attributes: str) -> None:
        if name == "iframe":
            self._put(name, attributes)
            self._put(name, "", closing="/")
        elif self.brackets_are_words:
            self.parts.append(f"&lt;{name}&gt;")

    def _end_of(self, name: str, position: int) -> re.Match[str] | None:
        """Return the end tag; a name without one is looked for once, so that the time grows only with the text."""
        if name in self.never_closed:
            return None
        end = re.compile(rf"</{re.escape(name)}(?=[\s/>])[^>]*>", re.IGNORECASE).search(self.markup, position)
        if end is None:
            self.never_closed.add(name)
        return end

    def _put(self, name: str, attributes: str, closing: str = "") -> None:
        """Write a tag under the name that the importer knows; other tags leave no more than the space between words."""
        known = _RENAMED.get(name, name)
        if known in KNOWN:
            kept = _attributes(known, attributes) if attributes and known in ATTRIBUTES else ""
            self.parts.append(f"<{closing}{known}{kept}>")
        elif self.foreign or name in _FOREIGN or name == "rt":
            self.parts.append(" ")


def _attributes(name: str, text: str) -> str:
    """Return the attributes that this element keeps; of several with the same name the first, as browsers do."""
    kept: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        kept.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
    if name in {"img", "iframe"} and not kept.get("src", "").startswith(("http", "/")):
        kept["src"] = next((kept[key] for key in _LAZY if kept.get(key)), kept.get("src", ""))
    kept = {key: value for key, value in kept.items() if key in ATTRIBUTES[name] and key != HAS_ADDRESS}
    if "href" in kept:
        kept[HAS_ADDRESS] = ""
    return "".join(f' {key}="{_quoted(value)}"' for key, value in kept.items())


def _quoted(value: str) -> str:
    return _escaped(value).replace('"', "&quot;")


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")
