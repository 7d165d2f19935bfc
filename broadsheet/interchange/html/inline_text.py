"""Builds a run of inline text: spaces collapsed, empty tags left out, line breaks kept."""

import html
import re

_SPACES = re.compile(r"[ \t\r\n\f]+")
_NEWLINE = re.compile(r"[ \t\r\f]*\n[ \t\r\f]*")

SPACE, BREAK, BLANK = 1, 2, 3


class InlineText:
    """The text of a paragraph, list item, cell or caption while it is being read.

    A separator is held back until a word follows, so that no text begins or ends with a separator. A tag is written
    when the first word inside it is, so that no element is empty. With `plain`, tags are left out and a line break is
    a newline.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self.plain = plain
        self.parts: list[str] = []
        self.open_tags: list[tuple[str, str]] = []
        self.tags_written = 0
        self.separator = 0

    @property
    def has_words(self) -> bool:
        """Whether a visible character was added since the last `flush`."""
        return bool(self.parts)

    @property
    def is_within_word(self) -> bool:
        """Whether the next word would stand directly behind the last."""
        return bool(self.parts) and not self.separator

    def add(self, text: str, *, newlines: bool = False) -> None:
        """Add text; with `newlines`, a newline is a line break and not a space."""
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

    def separate(self, separator: int) -> None:
        """Hold back a SPACE, BREAK or BLANK (an empty line); the strongest of several applies."""
        self.separator = max(self.separator, separator)

    def _write(self, words: str) -> None:
        if self.parts:
            self.parts.append(self._separator_text())
        self.separator = 0
        for tag, attributes in self.open_tags[self.tags_written :]:
            self.parts.append("" if self.plain else f"<{tag}{attributes}>")
        self.tags_written = len(self.open_tags)
        self.parts.append(words if self.plain else html.escape(words, quote=False))

    def _separator_text(self) -> str:
        separators = ("", " ", "\n", "\n\n") if self.plain else ("", " ", "<br>", "<br>")
        return separators[self.separator]

    def open(self, tag: str, attributes: str = "") -> None:
        """Open an inline element; `attributes` are escaped already."""
        self.open_tags.append((tag, attributes))

    def close(self) -> None:
        """Close the inline element that was opened last."""
        tag, _ = self.open_tags.pop()
        if self.tags_written > len(self.open_tags):
            self.tags_written = len(self.open_tags)
            self.parts.append("" if self.plain else f"</{tag}>")

    def add_markup(self, markup: str) -> None:
        """Add finished markup, such as a nested list, outside the open elements."""
        self._close_written_tags()
        self.parts.append(markup)
        self.separator = 0

    def flush(self) -> str:
        """Return the text so far with every element closed, and begin again inside the same elements."""
        self._close_written_tags()
        text = "".join(self.parts)
        self.parts, self.separator = [], 0
        return text

    def _close_written_tags(self) -> None:
        if not self.plain:
            self.parts.extend(f"</{tag}>" for tag, _ in reversed(self.open_tags[: self.tags_written]))
        self.tags_written = 0
