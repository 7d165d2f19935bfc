"""Tells the operator how far an import is: a bar on a terminal, a line now and then anywhere else."""

from typing import TextIO

WIDTH = 30
STEPS = 4  # lines for each part of the work where there is no terminal


class Progress:
    """Writes to a stream that is not the report's."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.is_terminal = stream.isatty()
        self.told: tuple[str, int] = ("", -1)

    def tell(self, part: str, done: int, total: int, more: str = "") -> None:
        """Says that `done` of `total` of a part of the work is done; says it only where it is news."""
        share = done * 100 // total if total else 100
        news = (part, share if self.is_terminal else share * STEPS // 100)
        if news == self.told:
            return
        self.told = news
        if self.is_terminal:
            bar = "#" * (share * WIDTH // 100)
            self.stream.write(f"\r\x1b[K{part} [{bar:<{WIDTH}}] {share:3} % {more}")
        else:
            self.stream.write(f"{part} {share} % {more}".rstrip() + "\n")
        self.stream.flush()

    def end(self) -> None:
        """Takes the bar away."""
        if self.is_terminal and self.told[0]:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
