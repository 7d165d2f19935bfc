"""Indexes the media of an export, wherever in the file they stand, without keeping them in memory."""

import json
import sqlite3
from collections.abc import Iterable, Iterator

from broadsheet.interchange.records import MediaRecord

_TABLE = """CREATE TABLE media (
    key TEXT UNIQUE, url TEXT, paths TEXT, title TEXT, caption TEXT, alt TEXT, article_key TEXT, position INTEGER)"""
_INDEXES = ("CREATE INDEX by_url ON media (url)", "CREATE INDEX by_article ON media (article_key)")


class MediaIndex:
    """A temporary table, which SQLite moves to the disk when it grows and deletes when it is closed."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect("")
        for statement in (_TABLE, *_INDEXES):
            self.connection.execute(statement)

    def add(self, media: MediaRecord) -> None:
        """Add a record; of several with the same key the first applies. Without a key it is found by its URL."""
        paths = json.dumps(media.paths)
        texts = (media.title, media.caption, media.alt)
        self.connection.execute(
            "INSERT OR IGNORE INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (media.key, media.url, paths, *texts, media.article_key, media.position),
        )

    def by_key(self, key: str | None) -> MediaRecord | None:
        """Return the record with this key."""
        return self._first("key = ?", key)

    def by_url(self, url: str) -> MediaRecord | None:
        """Return a record with this URL."""
        return self._first("url = ?", url)

    def of_article(self, key: str) -> Iterator[MediaRecord]:
        """Yield the records that belong to an article, in their order."""
        return self._all("article_key = ? ORDER BY position", [key])

    def _first(self, condition: str, value: object) -> MediaRecord | None:
        return None if value is None else next(self._all(f"{condition} LIMIT 1", [value]), None)

    def _all(self, condition: str, values: Iterable[object]) -> Iterator[MediaRecord]:
        rows = self.connection.execute(f"SELECT * FROM media WHERE {condition}", list(values))  # noqa: S608 - our own SQL
        return (MediaRecord(key, url, tuple(json.loads(paths)), *others) for key, url, paths, *others in rows)

    def close(self) -> None:
        """Delete the table."""
        self.connection.close()
