"""Which purges somebody has seen: a moment in the database's order of commits, exact under any interleaving."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Position:
    """The transactions that had committed at one moment.

    All below `oldest` had, none from `next` on, and of those between all but the `running` ones. This is PostgreSQL's
    snapshot, in the form that it prints, `oldest:next:running,running`. SQLite lets one write after the other, so
    there the number of the last purge says it all. Whoever asks within a transaction of their own has seen that one.
    """

    oldest: int
    next: int
    running: frozenset[int] = field(default_factory=frozenset)
    own: int | None = field(default=None, compare=False)

    @classmethod
    def parse(cls, text: str, *, own: int | None = None) -> "Position":
        """Reads what str() has written; raises ValueError for anything else."""
        oldest, following, running = text.split(":")
        return cls(int(oldest), int(following), frozenset(map(int, filter(None, running.split(",")))), own)

    @classmethod
    def after(cls, last: int) -> "Position":
        """The moment after the last of an unbroken row."""
        return cls(last + 1, last + 1)

    def __str__(self) -> str:
        return f"{self.oldest}:{self.next}:{','.join(map(str, sorted(self.running)))}"

    def saw(self, transaction: int) -> bool:
        """Whether this transaction had committed by then."""
        if transaction == self.own:
            return True
        return transaction < self.oldest or (transaction < self.next and transaction not in self.running)
