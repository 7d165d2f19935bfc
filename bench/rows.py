"""What a part of the bench brings home."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

HEADINGS = ("what", "measured", "promised", "what it means")


class Missing(Exception):
    """Something that a part needs is not on this machine; the message says what, in one sentence."""


@dataclass(frozen=True)
class Row:
    """One figure. `bound` is what the paper promises, with a sign: ">= 100" or "<= 1.5"; empty where nothing is.

    `meaning` says in a few words what an operator has from it.
    """

    what: str
    value: float
    unit: str
    bound: str = ""
    meaning: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its bound."""
        if not self.bound:
            return True
        sign, limit = self.bound.split()
        return self.value >= float(limit) if sign == ">=" else self.value <= float(limit)

    @property
    def cells(self) -> list[str]:
        """The row of a Markdown table."""
        promised = self.bound.replace(">=", "≥").replace("<=", "≤")
        return [
            self.what,
            f"{self._shown} {self.unit}",
            promised if self.holds else f"{promised}: MISSED",
            self.meaning,
        ]

    @property
    def _shown(self) -> str:
        """Small figures with more places: a shift of 0.004 is not none."""
        places = 1 if self.value >= 10 else 2 if self.value >= 1 else 3
        return f"{self.value:,.{places}f}"


def machine() -> str:
    """The machine in one line: processor, cores, memory, Python."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    memory = f"{pages * size / 2**30:.0f} GB"
    return f"{_processor()}, {os.cpu_count()} cores, {memory}, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text().splitlines() if listed.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
