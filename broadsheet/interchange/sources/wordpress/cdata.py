"""Repairs CDATA sections that end too early, before the parser drops the text after them."""

import re

_TOKEN = re.compile(r"<!\[CDATA\[|\]\]>(\s*(?=<))?|&(?!#?\w{1,31};)|<item(?=[\s>])")
_OPEN = "<![CDATA["
_INCOMPLETE_TOKEN = re.compile(r"(?:\]+(?:>\s{0,200})?)?(?:<[!\[CDATitem]{0,7})?$")
_LOOKBACK = 250


class CdataRepair:
    """Tracks the sections through the chunks of one file.

    In an export a section ends where markup follows. A `]]>` followed by more text was written by an author and never
    escaped: it is escaped here. A `]]>` outside every section is text as well, and so is an `&` that begins no entity.
    `items` counts the items that begin outside the sections, so that the reader can check that it has seen them all.
    """

    def __init__(self) -> None:
        self.inside = False
        self.pending = ""
        self.items = 0

    def repair(self, chunk: str) -> str:
        """Return the chunk with its sections repaired; a token that may continue in the next chunk is held back."""
        text = self.pending + chunk
        self.pending = "".join(_INCOMPLETE_TOKEN.findall(text, max(0, len(text) - _LOOKBACK))[:1])
        return _TOKEN.sub(self._replace, text[: len(text) - len(self.pending)])

    def flush(self) -> str:
        """Return the text that was held back, at the end of the file."""
        return self.pending

    def _replace(self, match: re.Match[str]) -> str:
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
