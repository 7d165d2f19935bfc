"""Runs the parts of the bench: `python -m bench [NAME]`. A part is a module beside this one with NAME and run()."""

import json
import re
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

import bench
from bench import table
from bench.rows import Missing, Row, machine

KEPT = Path(__file__).resolve().parents[1] / "var" / "bench"
IS_PART = re.compile(r"^NAME = ", re.MULTILINE)


def main(words: list[str]) -> int:
    """Runs the named parts or all of them; 1 where a bound is missed, 2 where a part is none or cannot be run here."""
    parts = {part.NAME: part for part in _parts()}
    unknown = set(words) - set(parts)
    if unknown:
        print(f"There is no bench “{', '.join(sorted(unknown))}”. There are: {', '.join(sorted(parts))}.")
        return 2
    KEPT.mkdir(parents=True, exist_ok=True)
    codes = [_measure(name, parts[name]) for name in words or sorted(parts)]
    table.write(KEPT)
    print(f"\nThe last figures of every part are in {KEPT / 'table.md'}.")
    return max(codes)


def _parts() -> list[ModuleType]:
    """Only parts are imported: of the other modules some run inside a paper, where Django is on."""
    files = sorted(Path(bench.__path__[0]).glob("*.py"))
    return [import_module(f"bench.{file.stem}") for file in files if IS_PART.search(file.read_text())]


def _measure(name: str, part: ModuleType) -> int:
    """Runs one part and keeps its figures; one that lacks something here keeps those of its last run."""
    began = time.monotonic()
    try:
        rows: list[Row] = part.run()
    except Missing as missing:
        print(f"\n### {name}\n\nLeft out: {missing}", flush=True)
        return 2
    kept = {
        "name": name,
        "machine": machine(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began),
        "rows": [{**asdict(row), "holds": row.holds} for row in rows],
    }
    (KEPT / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n")
    print("\n" + table.of_part(kept), flush=True)
    return int(not all(row.holds for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
