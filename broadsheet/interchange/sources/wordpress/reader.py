"""Reads a WXR file of any size as a stream of records, or refuses it in a sentence that names the line.

Memory is bounded: the file is parsed in chunks, and each item is freed once it has been yielded. Comments are records
of their own that follow their post. A post is yielded when its item ends or when COMMENTS_HELD of its comments have
been read, whichever comes first, so that a post with a million comments needs no more memory than a post with 200.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path

from lxml import etree

from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.records import Progress
from broadsheet.interchange.sources.wordpress import elements
from broadsheet.interchange.sources.wordpress.cdata import CdataRepair
from broadsheet.interchange.sources.wordpress.decoding import ADVICE, decoded_chunks
from broadsheet.interchange.sources.wordpress.wxr import WxrComment, WxrRecord

COMMENTS_HELD = 200
REPAIRS_ALLOWED = 100_000
TAIL_SIZE = 4096

_TAGS = ("rss", "channel", "item", "comment", "author", "category", "tag", "term")
_PARSERS: dict[str, Callable[[etree._Element], WxrRecord]] = {
    "wp:author": elements.author,
    "wp:category": elements.category,
    "wp:tag": elements.tag,
}
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_AFTER_THE_END = {"ERR_DOCUMENT_END", "ERR_RESERVED_XML_NAME"}
_END = "</rss"
_EXPORT_AGAIN = "Export the site again, check that the download is complete, and import the new file."
_FATAL_ERRORS = {"ERR_RESOURCE_LIMIT", "ERR_ENTITY_LOOP", "ERR_INTERNAL_ERROR", "ERR_CDATA_NOT_FINISHED"}


def read_export(path: Path, *, zone: tzinfo = UTC, progress: Progress | None = None) -> Iterator[WxrRecord]:
    """Yield the header, then authors, categories and tags, then each post followed by its comments.

    `zone` is the site's time zone, used only for local times whose UTC counterpart is missing. `progress` is called
    with the bytes read so far and the bytes in all. Raises NotAnExport at once for a file of another kind, after all
    complete records for a file that is cut off, and at most 64 kB early for a file that cannot be parsed any further.
    """
    stream, sections = _RecordStream(zone), CdataRepair()
    for chunk in decoded_chunks(path, sections, progress):
        yield from stream.feed(chunk)
    yield from stream.close(sections.items)


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


class _RecordStream:
    """The state of the parser within one file, and the comments that are held back."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.parser = _parser()
        self.started = False
        self.line_breaks = 0
        self.tail = ""
        self.errors_seen = 0
        self.mismatch_line: int | None = None
        self.end_line: int | None = None
        self.items_started = 0
        self.channel: etree._Element | None = None
        self.header_yielded = False
        self.item: etree._Element | None = None
        self.items_yielded = 0
        self.post_yielded = False
        self.held: list[WxrComment] = []

    def feed(self, chunk: str) -> Iterator[WxrRecord]:
        """Parse the next chunk of the file and yield the records that it completes."""
        if not self.started and chunk:
            _check_root(chunk)
            self.started = True
        self.parser.feed(chunk.encode())
        self.line_breaks += chunk.count("\n")
        self.tail = (self.tail + chunk)[-max(TAIL_SIZE, len(chunk)) :]
        self._check_errors()
        yield from self._parsed()
        self.tail = self.tail[-TAIL_SIZE:]

    def close(self, items_started: int) -> Iterator[WxrRecord]:
        """Yield the remaining records; raise NotAnExport if the file or the parser stopped before the end."""
        if _END not in self.tail:
            line = self.line_breaks + (not self.tail.endswith("\n"))
            raise NotAnExport(
                f"The file is truncated here, after {self.items_yielded} complete posts. {_EXPORT_AGAIN}", line=line
            )
        self.parser.close()
        self._check_errors()
        yield from self._parsed()
        yield from self._header_once(self.channel)
        self._check_complete(items_started)

    def _check_errors(self) -> None:
        # After a fatal error the recovering parser goes on, but loses text.
        log = list(self.parser.feed_error_log)
        for error in log[self.errors_seen :]:
            if error.type_name in _FATAL_ERRORS:
                raise NotAnExport(
                    f"The file cannot be read beyond this line ({error.message.strip()}). {_EXPORT_AGAIN}",
                    line=error.line,
                )
            self._note_early_end(error.type_name, error.line)
        self.errors_seen = len(log)
        if self.errors_seen > REPAIRS_ALLOWED:
            raise NotAnExport(
                f"The file has {self.errors_seen} errors up to this line. {_EXPORT_AGAIN}", line=log[-1].line
            )

    def _note_early_end(self, error: str, line: int) -> None:
        """Remember where the parser took the export to end, and the first closing tag that may be the cause."""
        if error == "ERR_TAG_NAME_MISMATCH":
            self.mismatch_line = self.mismatch_line or line
        elif error in _AFTER_THE_END:
            self.end_line = self.end_line or line

    def _check_complete(self, items_started: int) -> None:
        line = self.mismatch_line or self.end_line
        if line is not None and self.items_started < items_started:
            raise NotAnExport(
                "Parts of the file after this line could not be read: a tag is closed that was never opened, or a "
                "second export begins. Correct the line or split the file, and import it again.",
                line=line,
            )

    def _parsed(self) -> Iterator[WxrRecord]:
        for event, element in self.parser.read_events():
            if not isinstance(element, etree._Element):
                continue
            if event == "start":
                yield from self._started(element)
            else:
                yield from self._finished(element)

    def _started(self, element: etree._Element) -> Iterator[WxrRecord]:
        if element.tag == "channel" and self.channel is None:
            self.channel = element
        elif element.tag == "item":
            # An item that was never closed ends where the next one begins.
            yield from self._end_of_post(self.item)
            self._check_place(element)
            self.items_started += 1
            self.item, self.post_yielded = element, False

    def _finished(self, element: etree._Element) -> Iterator[WxrRecord]:
        name = elements.name_of(element)
        if name == "item":
            if element is self.item:
                yield from self._end_of_post(element)
            _free(element, keep_siblings=element.getparent() is not self.channel)
        elif name == "wp:comment" and self.item is not None:
            yield from self._comment_parsed(element, self.item)
            _free_comment(element)
        elif name in _PARSERS and self.item is None:
            self._check_place(element)
            yield from self._header_once(self.channel)
            yield _PARSERS[name](element)
            _free(element)
        elif name == "wp:term" and self.header_yielded:
            _free(element)

    def _check_place(self, element: etree._Element) -> None:
        if self.channel is None:
            found = element.getparent()
            name, line = ("nothing", 1) if found is None else (elements.name_of(found), _line_of(found))
            raise NotAnExport(f"An export has <channel> inside <rss>, but here is <{name}>. {_EXPORT_AGAIN}", line=line)

    def _header_once(self, witness: etree._Element | None) -> Iterator[WxrRecord]:
        """Yield the header before the first record; by then it is known whether WordPress wrote the file."""
        if self.header_yielded or self.channel is None:
            return
        if not elements.is_wordpress(self.channel) and not elements.is_wordpress(witness):
            line = 1 if witness is None else _line_of(witness)
            raise NotAnExport(f"This is an RSS feed, not a WordPress export. {ADVICE}", line=line)
        self.header_yielded = True
        yield elements.header(self.channel)

    def _end_of_post(self, item: etree._Element | None) -> Iterator[WxrRecord]:
        """Yield the post of an item that has ended, unless it was yielded before, and its held comments."""
        if item is None:
            return
        yield from self._post_once(item)
        self.item = None
        self.items_yielded += 1

    def _post_once(self, item: etree._Element) -> Iterator[WxrRecord]:
        if not self.post_yielded:
            yield from self._header_once(item)
            yield elements.post(item, self.zone)
            self.post_yielded = True
        yield from self.held
        self.held = []

    def _comment_parsed(self, element: etree._Element, item: etree._Element) -> Iterator[WxrRecord]:
        self.held.append(elements.comment(element, elements.post_id(item), self.zone))
        if len(self.held) >= COMMENTS_HELD:
            yield from self._post_once(item)


def _check_root(chunk: str) -> None:
    """Refuse other kinds of XML by the name of their root, before a gigabyte is read."""
    bare = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), chunk)
    root = _ROOT.search(bare)
    if root is None or root[1] != "rss":
        line = bare.count("\n", 0, root.start() if root else len(bare)) + 1
        found = f"begins with <{root[1]}> and not with <rss>" if root else "has no element"
        raise NotAnExport(f"This is not a WordPress export: it {found}. {ADVICE}", line=line)


def _line_of(element: etree._Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 1


def _clear(element: etree._Element) -> None:
    element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs are older than the parameter


def _free(element: etree._Element, *, keep_siblings: bool = False) -> None:
    """Empty an element and remove its preceding siblings; the parser still needs the element itself."""
    _clear(element)
    parent = element.getparent()
    while not keep_siblings and parent is not None and element.getprevious() is not None:
        del parent[0]


def _free_comment(element: etree._Element) -> None:
    _clear(element)
    parent, before = element.getparent(), element.getprevious()
    if parent is not None and before is not None and before.tag == element.tag:
        parent.remove(before)
