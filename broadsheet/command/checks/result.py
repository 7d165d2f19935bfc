"""The result of a check: a level, the name of the check, and a sentence that says what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from broadsheet.core.errors import Refusal


class Level(StrEnum):
    """The severity of a result. A failure stops `serve`, `worker` and `bake`; a warning does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class CheckFailed(Refusal):
    """A check on which the command depends has failed."""

    code = "check-failed"


@dataclass(frozen=True)
class CheckResult:
    """The result of one check, printed as one line."""

    level: Level
    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.level:<5} {self.check}: {self.message}"


def ok(check: str, message: str) -> CheckResult:
    """Return a result that needs no action."""
    return CheckResult(Level.OK, check, message)


def warn(check: str, message: str) -> CheckResult:
    """Return a result for a paper that works but needs the operator's attention."""
    return CheckResult(Level.WARN, check, message)


def fail(check: str, message: str) -> CheckResult:
    """Return a result for a paper that does not work or is not safe."""
    return CheckResult(Level.FAIL, check, message)


def raise_for_failure(results: Iterable[CheckResult]) -> None:
    """Raise CheckFailed with the message of the first result that is a failure; later checks are not run."""
    for result in results:
        if result.level == Level.FAIL:
            raise CheckFailed(result.message)
