"""The log of imported records, by which a record comes in once, however often the import is run."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from broadsheet.interchange.models import Counterpart, Source, SourceKind

MAX_KEY = 255


def source_of(base_url: str, title: str, *, stored: bool) -> Source:
    """Return the source with this address, or the title of one without; a new source is saved only if `stored`."""
    address = _bare_address(base_url) or f"title:{title}"[:MAX_KEY]
    source = Source.objects.filter(address=address).first()
    if source is None:
        source = Source(address=address, title=title[:MAX_KEY])
        if stored:
            source.save()
    return source


def _bare_address(url: str) -> str:
    parts = urlsplit(url if "//" in url else f"//{url}")
    return stored_key(parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/"))


def stored_key(key: str) -> str:
    """Return the key as the table holds it: unchanged, or its SHA-256 where it is longer than MAX_KEY."""
    return key if len(key) <= MAX_KEY else sha256(key.encode()).hexdigest()


class ImportLog:
    """The imported records of one source; a source that is not saved has none."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def targets(self, kind: SourceKind, keys: Iterable[str]) -> dict[str, int]:
        """Return the primary keys of the objects made from these records, by stored key; new records are left out."""
        if self.source._state.adding:
            return {}
        rows = Counterpart.objects.filter(source=self.source, kind=kind, key__in={stored_key(key) for key in keys})
        return dict(rows.values_list("key", "target"))

    def all_targets(self, kind: SourceKind) -> list[int]:
        """Return the primary keys of all objects made from records of this kind."""
        if self.source._state.adding:
            return []
        return list(Counterpart.objects.filter(source=self.source, kind=kind).values_list("target", flat=True))

    def add(
        self, kind: SourceKind, targets: Mapping[str, int], left_out: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Log the primary keys of new objects by key; call it in the transaction that saves the objects.

        `left_out` has the pictures that articles and pages lack.
        """
        Counterpart.objects.bulk_create(
            Counterpart(
                source=self.source,
                kind=kind,
                key=stored_key(key),
                target=target,
                left_out=None if left_out is None else list(left_out[key]),
            )
            for key, target in targets.items()
        )

    def lacking(self, kind: SourceKind, keys: Iterable[str]) -> list[Counterpart]:
        """Return the rows of articles or pages that may lack pictures."""
        if self.source._state.adding:
            return []
        rows = Counterpart.objects.filter(source=self.source, kind=kind, key__in={stored_key(key) for key in keys})
        return [row for row in rows if row.left_out != []]

    def replace(self, kind: SourceKind, key: str, target: int) -> None:
        """Log the object that was made anew from a record after the first had been deleted here."""
        Counterpart.objects.filter(source=self.source, kind=kind, key=stored_key(key)).delete()
        self.add(kind, {key: target})
