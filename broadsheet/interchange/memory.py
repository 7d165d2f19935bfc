"""Remembers what came in from a source, so that it comes in once, however often the import is run."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from broadsheet.interchange.models import Counterpart, Source, SourceKind

MAX_KEY = 255


def source_at(base_url: str, title: str, *, kept: bool) -> Source:
    """Finds the source by its address, or by its title where it has none; makes it, stored only if it is `kept`."""
    address = _bare(base_url) or f"untold:{title}"[:MAX_KEY]
    found = Source.objects.filter(address=address).first()
    if found is not None:
        return found
    source = Source(address=address, title=title[:MAX_KEY])
    if kept:
        source.save()
    return source


def _bare(address: str) -> str:
    parts = urlsplit(address if "//" in address else f"//{address}")
    return fit(parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/"))


def fit(key: str) -> str:
    """The key as it is stored: itself, or its digest where it is longer than the table allows."""
    return key if len(key) <= MAX_KEY else sha256(key.encode()).hexdigest()


class Memory:
    """What is known of one source; a source that was never stored has no past."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def known(self, kind: SourceKind, keys: Iterable[str]) -> dict[str, int]:
        """What those of the keys that came in before have become."""
        if self.source._state.adding:
            return {}
        found = Counterpart.objects.filter(source=self.source, kind=kind, key__in={fit(key) for key in keys})
        return dict(found.values_list("key", "target"))

    def remember(self, kind: SourceKind, pairs: Mapping[str, int]) -> None:
        """Notes, in the transaction that stores the things themselves, what each has become."""
        Counterpart.objects.bulk_create(
            Counterpart(source=self.source, kind=kind, key=fit(key), target=target) for key, target in pairs.items()
        )

    def replace(self, kind: SourceKind, key: str, target: int) -> None:
        """Notes what a thing has become anew, after the first was deleted here."""
        Counterpart.objects.filter(source=self.source, kind=kind, key=fit(key)).delete()
        self.remember(kind, {key: target})
