"""Stores the old addresses of sections, tags, authors and files, which lead on by the import log."""

from collections.abc import Sequence

from broadsheet.interchange.import_log import stored_key
from broadsheet.interchange.loading.normalise import MAX_TAG, ignore, one_line
from broadsheet.interchange.models import OldAddress, Source
from broadsheet.interchange.records import AddressRecord, AddressScheme, RecordKind

_OF_MANY = frozenset({AddressScheme.ITEM, AddressScheme.FILE, AddressScheme.PATH})  # an export has one record of each


class AddressImporter:
    """The old addresses of one source, kept until the transaction that saves the records around them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.waiting: list[AddressRecord] = []
        self.seen: set[tuple[AddressScheme, str]] = set()

    def add(self, record: AddressRecord) -> None:
        """Keep an address until it is saved; of several records with the same address the first applies."""
        name = (record.scheme, record.key)
        if name not in self.seen:
            self.waiting.append(record)
        if record.scheme not in _OF_MANY:
            self.seen.add(name)

    def save(self) -> None:
        """Save the addresses that are new, in the transaction of the caller; a dry run forgets them."""
        waiting, self.waiting = self.waiting, []
        if waiting and not self.source._state.adding:
            OldAddress.objects.bulk_create(self._rows(waiting), ignore_conflicts=True)

    def _rows(self, records: Sequence[AddressRecord]) -> list[OldAddress]:
        return [
            OldAddress(
                source=self.source,
                scheme=record.scheme,
                key=stored_key(record.key),
                targets=[[str(kind), _logged_key(kind, key)] for kind, key in record.targets],
            )
            for record in records
        ]


def _logged_key(kind: RecordKind, key: str) -> str:
    """Return the key as the import log has it: tags are logged by their name as it is shown."""
    return one_line(key, MAX_TAG, on_cut=ignore) if kind == RecordKind.TAG else key
