"""Knows every attachment that an export names, wherever in the file it stands, without keeping them in memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from broadsheet.interchange.wordpress.records import PostRecord

_TABLE = """CREATE TABLE attachment (
    number INTEGER PRIMARY KEY, parent INTEGER, url TEXT, file TEXT, title TEXT, caption TEXT, alt TEXT)"""
_INDEXES = ("CREATE INDEX by_url ON attachment (url)", "CREATE INDEX by_parent ON attachment (parent)")
_FIELDS = "number, url, file, title, caption, alt"


@dataclass(frozen=True, slots=True)
class Attachment:
    """One uploaded file as WordPress knew it."""

    number: int
    url: str
    file: str
    title: str
    caption: str
    alt: str


class Attachments:
    """A temporary table that SQLite keeps on disk when it grows, and that is gone when the import is over."""

    def __init__(self) -> None:
        self.table = sqlite3.connect("")
        for statement in (_TABLE, *_INDEXES):
            self.table.execute(statement)

    def note(self, post: PostRecord) -> None:
        """Adds one attachment; one without a number cannot be asked for, but found by its address."""
        url, file = post.attachment_url or post.guid, post.attachment_file
        words = (post.title, post.excerpt, post.attachment_alt)
        self.table.execute(
            "INSERT OR IGNORE INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?)",
            (post.source_id, post.parent_id, url, file, *words),
        )

    def numbered(self, number: int | None) -> Attachment | None:
        """The attachment of this number."""
        return self._first("number = ?", number)

    def at(self, url: str) -> Attachment | None:
        """The attachment with this address."""
        return self._first("url = ?", url)

    def of(self, post: int | None) -> Iterator[Attachment]:
        """Those that were uploaded to one post, in their order."""
        return self._all("parent = ? ORDER BY number", [post])

    def _first(self, condition: str, value: object) -> Attachment | None:
        return None if value is None else next(self._all(f"{condition} LIMIT 1", [value]), None)

    def _all(self, condition: str, values: Iterable[object]) -> Iterator[Attachment]:
        rows = self.table.execute(f"SELECT {_FIELDS} FROM attachment WHERE {condition}", list(values))  # noqa: S608 - our own words
        return (Attachment(*row) for row in rows)

    def close(self) -> None:
        """Throws the table away."""
        self.table.close()
