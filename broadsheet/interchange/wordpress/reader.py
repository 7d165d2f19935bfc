"""Reads a WordPress export of any size as a stream of records, or refuses it in a sentence that names the line.

Memory stays flat: the file is fed in pieces, and each item is dropped as soon as it was yielded. A comment is yielded
on its own behind its post. A post is yielded when its item ends or when COMMENTS_HELD of its comments were read,
whichever comes first, so that a post with a million comments costs no more than one with two hundred.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path

from lxml import etree

from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.wordpress import fields
from broadsheet.interchange.wordpress.cdata import CdataMender
from broadsheet.interchange.wordpress.records import CommentRecord, Record
from broadsheet.interchange.wordpress.source import ADVICE, Progress, read_pieces

COMMENTS_HELD = 200
REPAIRS_ALLOWED = 100_000
TAIL = 4096

_TAGS = ("rss", "channel", "item", "comment", "author", "category", "tag", "term")
_MAKERS: dict[str, Callable[[etree._Element], Record]] = {
    "wp:author": fields.author,
    "wp:category": fields.category,
    "wp:tag": fields.tag,
}
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BEHIND_THE_END = {"ERR_DOCUMENT_END", "ERR_RESERVED_XML_NAME"}
_END = "</rss"
_AGAIN = "Export the site again, see that the download is complete, and import the new file."
_FATAL = {"ERR_RESOURCE_LIMIT", "ERR_ENTITY_LOOP", "ERR_INTERNAL_ERROR", "ERR_CDATA_NOT_FINISHED"}


def read_export(path: Path, *, zone: tzinfo = UTC, progress: Progress | None = None) -> Iterator[Record]:
    """Yields the header, then authors, categories and tags, then each post followed by its comments.

    `zone` is the site's time zone, used only for times that the file gives without their UTC twin. `progress` is
    called with the bytes read so far and the bytes in all. Raises NotAnExport at once for what is no export, after
    everything that is whole for a file that is cut off, and not more than 64 kB early for one that breaks.
    """
    reading, sections = _Reading(zone), CdataMender()
    for piece in read_pieces(path, sections, progress):
        yield from reading.fed(piece)
    yield from reading.ended(sections.items)


def _parser() -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        tag=[form for tag in _TAGS for form in (tag, f"{{*}}{tag}")],
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


class _Reading:
    """One reading of one file: what was met, and what waits to be yielded."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.parser = _parser()
        self.begun = False
        self.line_breaks = 0
        self.tail = ""
        self.mishaps = 0
        self.misclosed_at: int | None = None
        self.over_at: int | None = None
        self.items_begun = 0
        self.channel: etree._Element | None = None
        self.header_given = False
        self.item: etree._Element | None = None
        self.items = 0
        self.post_given = False
        self.held: list[CommentRecord] = []

    def fed(self, piece: str) -> Iterator[Record]:
        """Takes the next piece of the file and yields what it completes."""
        if not self.begun and piece:
            _check_root(piece)
            self.begun = True
        self.parser.feed(piece.encode())
        self.line_breaks += piece.count("\n")
        self.tail = (self.tail + piece)[-max(TAIL, len(piece)) :]
        self._check_mishaps()
        yield from self._met()
        self.tail = self.tail[-TAIL:]

    def ended(self, items_begun: int) -> Iterator[Record]:
        """Yields what is left, and raises NotAnExport if the file or the parser stopped before the end."""
        if _END not in self.tail:
            line = self.line_breaks + (not self.tail.endswith("\n"))
            raise NotAnExport(f"The file is cut off here, behind {self.items} whole posts. {_AGAIN}", line=line)
        self.parser.close()
        self._check_mishaps()
        yield from self._met()
        yield from self._header_once(self.channel)
        self._check_all_was_read(items_begun)

    def _check_mishaps(self) -> None:
        """Refuses what the parser could not mend: it would go on, but no longer with all of the text."""
        log = list(self.parser.feed_error_log)
        for mishap in log[self.mishaps :]:
            if mishap.type_name in _FATAL:
                raise NotAnExport(f"The file breaks here ({mishap.message.strip()}). {_AGAIN}", line=mishap.line)
            self._note_an_early_end(mishap.type_name, mishap.line)
        self.mishaps = len(log)
        if self.mishaps > REPAIRS_ALLOWED:
            raise NotAnExport(f"Up to here {self.mishaps} places had to be mended. {_AGAIN}", line=log[-1].line)

    def _note_an_early_end(self, what: str, line: int) -> None:
        """Remembers where the parser took the export for over, and the first closing tag that may be why."""
        if what == "ERR_TAG_NAME_MISMATCH":
            self.misclosed_at = self.misclosed_at or line
        elif what in _BEHIND_THE_END:
            self.over_at = self.over_at or line

    def _check_all_was_read(self, items_begun: int) -> None:
        line = self.misclosed_at or self.over_at
        if line is not None and self.items_begun < items_begun:
            raise NotAnExport(
                "From here on not everything could be read: a tag is closed that was never opened, or a second export "
                "begins. Mend the line, or split the file, and import it again.",
                line=line,
            )

    def _met(self) -> Iterator[Record]:
        for event, element in self.parser.read_events():
            if not isinstance(element, etree._Element):
                continue
            if event == "start":
                yield from self._started(element)
            else:
                yield from self._finished(element)

    def _started(self, element: etree._Element) -> Iterator[Record]:
        if element.tag == "channel" and self.channel is None:
            self.channel = element
        elif element.tag == "item":
            # An item that was never closed ends where the next one begins.
            yield from self._post_behind(self.item)
            self._check_place(element)
            self.items_begun += 1
            self.item, self.post_given = element, False

    def _finished(self, element: etree._Element) -> Iterator[Record]:
        name = fields.name_of(element)
        if name == "item":
            if element is self.item:
                yield from self._post_behind(element)
            _drop(element, alone=element.getparent() is not self.channel)
        elif name == "wp:comment" and self.item is not None:
            yield from self._comment_met(element, self.item)
            _drop_comment(element)
        elif name in _MAKERS and self.item is None:
            self._check_place(element)
            yield from self._header_once(self.channel)
            yield _MAKERS[name](element)
            _drop(element)
        elif name == "wp:term" and self.header_given:
            _drop(element)

    def _check_place(self, element: etree._Element) -> None:
        if self.channel is None:
            found = element.getparent()
            name, line = ("nothing", 1) if found is None else (fields.name_of(found), _line_of(found))
            raise NotAnExport(f"An export has <channel> inside <rss>; here stands <{name}>. {_AGAIN}", line=line)

    def _header_once(self, witness: etree._Element | None) -> Iterator[Record]:
        """Yields the header before the first record; by then the file has shown whether WordPress wrote it."""
        if self.header_given or self.channel is None:
            return
        if not fields.speaks_wordpress(self.channel) and not fields.speaks_wordpress(witness):
            line = 1 if witness is None else _line_of(witness)
            raise NotAnExport(f"This is an RSS feed, not a WordPress export. {ADVICE}", line=line)
        self.header_given = True
        yield fields.header(self.channel)

    def _post_behind(self, item: etree._Element | None) -> Iterator[Record]:
        """Yields the post of an item that is over, unless it was yielded already, and the comments that waited."""
        if item is None:
            return
        yield from self._post_now(item)
        self.item = None
        self.items += 1

    def _post_now(self, item: etree._Element) -> Iterator[Record]:
        if not self.post_given:
            yield from self._header_once(item)
            yield fields.post(item, self.zone)
            self.post_given = True
        yield from self.held
        self.held = []

    def _comment_met(self, element: etree._Element, item: etree._Element) -> Iterator[Record]:
        self.held.append(fields.comment(element, fields.post_id(item), self.zone))
        if len(self.held) >= COMMENTS_HELD:
            yield from self._post_now(item)


def _check_root(first: str) -> None:
    """Refuses another kind of XML by the name of its root, before a gigabyte of it is read."""
    bare = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), first)
    root = _ROOT.search(bare)
    if root is None or root[1] != "rss":
        line = bare.count("\n", 0, root.start() if root else len(bare)) + 1
        found = f"begins with <{root[1]}>" if root else "has no element"
        raise NotAnExport(f"This is not a WordPress export: it {found} instead of <rss>. {ADVICE}", line=line)


def _line_of(element: etree._Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 1


def _emptied(element: etree._Element) -> None:
    element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs are older than the parameter


def _drop(element: etree._Element, *, alone: bool = False) -> None:
    """Frees what was read; only what stands before it may leave the tree while the parser works behind it."""
    _emptied(element)
    parent = element.getparent()
    while not alone and parent is not None and element.getprevious() is not None:
        del parent[0]


def _drop_comment(element: etree._Element) -> None:
    _emptied(element)
    parent, before = element.getparent(), element.getprevious()
    if parent is not None and before is not None and before.tag == element.tag:
        parent.remove(before)
