"""Collects the words of a line of text with its inline markup: spaces collapsed, empty tags left out, breaks kept."""

import html
import re

_SPACES = re.compile(r"[ \t\r\n\f]+")
_NEWLINE = re.compile(r"[ \t\r\f]*\n[ \t\r\f]*")

SPACE, BREAK, BLANK = 1, 2, 3


class Line:
    """One paragraph, list item, cell or caption in the making.

    What separates words is held back until a word follows, so nothing begins or ends with it; a tag is written only
    when a word stands in it, so none is empty. With `plain` no markup is written and a break is a newline.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain
        self.parts: list[str] = []
        self.tags: list[tuple[str, str]] = []
        self.written = 0
        self.pending = 0

    @property
    def has_words(self) -> bool:
        """Says whether a visible character was collected since the last `taken`."""
        return bool(self.parts)

    def add(self, text: str, *, newlines: bool = False) -> None:
        """Adds text; with `newlines` each of them breaks the line, as in WordPress's classic editor."""
        if newlines and "\n" in text:
            rows = _NEWLINE.split(text)
            for index, row in enumerate(rows):
                inside = 0 < index < len(rows) - 1
                self.separate(BLANK if inside and not row else BREAK if index else 0)
                self._add_row(row)
        else:
            self._add_row(text)

    def _add_row(self, text: str) -> None:
        words = text.strip()
        if not words:
            self.separate(SPACE if text else 0)
            return
        if text[0].isspace():
            self.separate(SPACE)
        self._write(_SPACES.sub(" ", words))
        if text[-1].isspace():
            self.separate(SPACE)

    def separate(self, how: int) -> None:
        """Holds back a SPACE, a BREAK or a BLANK line; the strongest of several counts."""
        self.pending = max(self.pending, how)

    def _write(self, words: str) -> None:
        if self.parts:
            self.parts.append(self._separator())
        self.pending = 0
        for tag, attributes in self.tags[self.written :]:
            self.parts.append("" if self.plain else f"<{tag}{attributes}>")
        self.written = len(self.tags)
        self.parts.append(words if self.plain else html.escape(words, quote=False))

    def _separator(self) -> str:
        breaks = ("", " ", "\n", "\n\n") if self.plain else ("", " ", "<br>", "<br>")
        return breaks[self.pending]

    def open(self, tag: str, attributes: str = "") -> None:
        """Begins inline markup; `attributes` is ready to be written."""
        self.tags.append((tag, attributes))

    def close(self) -> None:
        """Ends the markup opened last."""
        tag, _ = self.tags.pop()
        if self.written > len(self.tags):
            self.written = len(self.tags)
            self.parts.append("" if self.plain else f"</{tag}>")

    def raw(self, markup: str) -> None:
        """Adds finished markup, such as a nested list, outside the tags that are open."""
        self._close_written()
        self.parts.append(markup)
        self.pending = 0

    def taken(self) -> str:
        """Gives what was collected with every tag closed, and begins again inside the same tags."""
        self._close_written()
        text = "".join(self.parts)
        self.parts, self.pending = [], 0
        return text

    def _close_written(self) -> None:
        if not self.plain:
            self.parts.extend(f"</{tag}>" for tag, _ in reversed(self.tags[: self.written]))
        self.written = 0
