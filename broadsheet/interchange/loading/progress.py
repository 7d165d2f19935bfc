"""Shows the operator how far an import is: a bar on a terminal, four lines for each stage anywhere else."""

from typing import TextIO

WIDTH = 30
STEPS = 4


class ProgressBar:
    """Writes the progress to a stream, which is not the stream of the report."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.is_terminal = stream.isatty()
        self.shown: tuple[str, int] = ("", -1)

    def update(self, stage: str, done: int, total: int, details: str = "") -> None:
        """Show that `done` of `total` of a stage is done, if that differs from the display."""
        percent = done * 100 // total if total else 100
        display = (stage, percent if self.is_terminal else percent * STEPS // 100)
        if display == self.shown:
            return
        self.shown = display
        if self.is_terminal:
            bar = "#" * (percent * WIDTH // 100)
            self.stream.write(f"\r\x1b[K{stage} [{bar:<{WIDTH}}] {percent:3} % {details}")
        else:
            self.stream.write(f"{stage} {percent} % {details}".rstrip() + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Remove the bar from the terminal."""
        if self.is_terminal and self.shown[0]:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
