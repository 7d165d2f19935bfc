"""A snapshot of the purge log: the transactions that had committed at one moment, exact under any interleaving."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Snapshot:
    """The transactions that had committed at one moment.

    Those below `oldest` had committed, those from `next` on had not, and of those between all had but the `running`
    ones: PostgreSQL's xmin, xmax and xip_list, which str() prints as PostgreSQL does, `oldest:next:running,running`.
    SQLite has one writer at a time, so there the id of the last purge stands for the transaction. `own` is the
    transaction in which the snapshot was taken, and which sees itself.
    """

    oldest: int
    next: int
    running: frozenset[int] = field(default_factory=frozenset)
    own: int | None = field(default=None, compare=False)

    @classmethod
    def parse(cls, text: str, *, own: int | None = None) -> "Snapshot":
        """Return the snapshot that str() has printed; raise ValueError for any other text."""
        oldest, following, running = text.split(":")
        return cls(int(oldest), int(following), frozenset(map(int, filter(None, running.split(",")))), own)

    @classmethod
    def after(cls, last: int) -> "Snapshot":
        """Return the snapshot in which every transaction up to `last` has committed."""
        return cls(last + 1, last + 1)

    def __str__(self) -> str:
        return f"{self.oldest}:{self.next}:{','.join(map(str, sorted(self.running)))}"

    def includes(self, transaction: int) -> bool:
        """Return whether this transaction had committed."""
        if transaction == self.own:
            return True
        return transaction < self.oldest or (transaction < self.next and transaction not in self.running)
