"""What a look at the paper finds: well, doubtful or broken, each with a sentence that says what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from broadsheet.core.errors import Refusal


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Unfit(Refusal):
    """The paper cannot be served as it is."""

    code = "unfit"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    about: str
    said: str

    def __str__(self) -> str:
        return f"{self.level:<5} {self.about}: {self.said}"


def ok(about: str, said: str) -> Finding:
    """It is well."""
    return Finding(Level.OK, about, said)


def warn(about: str, said: str) -> Finding:
    """It works, and should not stay so."""
    return Finding(Level.WARN, about, said)


def fail(about: str, said: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(Level.FAIL, about, said)


def refuse_failed(found: Iterable[Finding]) -> None:
    """Raises Unfit with the sentence of the first that fails."""
    for finding in found:
        if finding.level == Level.FAIL:
            raise Unfit(finding.said)
