"""Prints the licence of every distribution that a paper runs on, and refuses GPL and AGPL (LGPL may be linked to)."""

import re
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
REFUSED = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)
LONGEST_NAME_OF_A_LICENCE = 60


def main() -> int:
    """Returns 1 when a licence is refused or unknown."""
    table = {name: licence_of(distribution(name)) for name in sorted(runtime())}
    for name, licence in table.items():
        print(f"{name:<28} {distribution(name).version:<12} {licence or 'UNKNOWN'}")
    wrong = [name for name, licence in table.items() if not is_welcome(licence)]
    if wrong:
        print(f"Not to be shipped with, because GPL, AGPL or unknown: {', '.join(wrong)}.", file=sys.stderr)
    return int(bool(wrong))


def runtime() -> set[str]:
    """Follows the requirements of pyproject.toml, with every extra of ours, to the last distribution."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    waiting = [*project["dependencies"], *chain.from_iterable(extras)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = Requirement(waiting.pop())
        for extra in {"", *requirement.extras}:
            name = canonical(requirement.name)
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += wanted_by(name, extra)
    return {name for name, _ in seen}


def wanted_by(name: str, extra: str) -> list[str]:
    requirements = distribution(name).requires or []
    return [text for text in requirements if applies(Requirement(text), extra)]


def applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(found: Distribution) -> str:
    """Returns the SPDX expression, or else the classifiers, or else the first line of the free field."""
    classifiers = [line.rpartition(" :: ")[2] for line in written(found, "Classifier") if "License ::" in line]
    free = "".join(written(found, "License")).strip().partition("\n")[0]
    named = free if len(free) <= LONGEST_NAME_OF_A_LICENCE else ""
    return "".join(written(found, "License-Expression")) or ", ".join(classifiers) or named


def written(found: Distribution, field: str) -> list[str]:
    return found.metadata.get_all(field) or []


def is_welcome(licence: str) -> bool:
    """Tells whether one of the alternatives that a licence offers can be taken."""
    return bool(licence) and any(not REFUSED.search(choice) for choice in re.split(r"\bOR\b", licence))


if __name__ == "__main__":
    sys.exit(main())
