"""Mends CDATA sections that end where they should not, before the parser drops the words behind them."""

import re

_MARK = re.compile(r"<!\[CDATA\[|\]\]>(\s*(?=<))?|&(?!#?\w{1,31};)|<item(?=[\s>])")
_OPEN = "<![CDATA["
_HANGING = re.compile(r"(?:\]+(?:>\s{0,200})?)?(?:<[!\[CDATitem]{0,7})?$")
_LOOKED_BACK = 250


class CdataMender:
    """Follows the sections through the pieces of one file.

    In an export a section ends where markup follows. A `]]>` with more text behind it was written by an author and
    never escaped: it is escaped here. One outside every section is text as well, and so is an & that begins nothing.
    `items` counts the items that begin outside the sections, so that a reading can tell that it met them all.
    """

    def __init__(self) -> None:
        self.inside = False
        self.hanging = ""
        self.items = 0

    def mended(self, piece: str) -> str:
        """Gives the piece with its sections sound; holds back an end that only the next piece can explain."""
        text = self.hanging + piece
        self.hanging = "".join(_HANGING.findall(text, max(0, len(text) - _LOOKED_BACK))[:1])
        return _MARK.sub(self._mark, text[: len(text) - len(self.hanging)])

    def rest(self) -> str:
        """Gives what was held back when the file is over."""
        return self.hanging

    def _mark(self, match: re.Match[str]) -> str:
        if match[0] == "<item":
            self.items += not self.inside
        elif match[0] == _OPEN:
            self.inside = True
        elif match[0] == "&":
            return "&" if self.inside else "&amp;"
        elif not self.inside:
            return "]]&gt;" + (match[1] or "")
        elif match[1] is None:
            return "]]]]><![CDATA[>"
        else:
            self.inside = False
        return match[0]
