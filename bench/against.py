"""Compares pages that are not baked with another version of the paper: `make bench AGAINST=REVISION`.

Both are served at once and loaded in turn, so that whatever else the machine does meets both alike.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import uncached
from bench.load import Target, alternating, median_rate, median_ratio
from bench.matter import write_matter
from bench.serving import ROOT, ran

SERVE = "serve"
PATIENCE = 60.0  # seconds until the servers have ended
ROUNDS, SECONDS, CONNECTIONS = 10, 3, 8
KINDS = {"here": "with all that is kept in memory", "anew": "with nothing in memory"}


def main(revision: str) -> int:
    """Prints the rates of both versions, and the ratio."""
    with TemporaryDirectory(prefix="broadsheet-against-") as folder:
        other = Path(folder) / "broadsheet"
        ran(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(other)], dict(os.environ))
        ran(["git", "-C", str(other), "checkout", "--quiet", revision], dict(os.environ))
        ran(["make", "--directory", str(other), "setup"], dict(os.environ))
        with _served(ROOT) as these, _served(other) as those:
            for kind, meaning in KINDS.items():
                targets = {"this": Target(these[kind]), "other": Target(those[kind])}
                loads = alternating(targets, rounds=ROUNDS, seconds=SECONDS, connections=CONNECTIONS)
                rates = median_rate(loads["this"]), median_rate(loads["other"])
                ratio = median_ratio(loads["this"], loads["other"])
                print(f"{meaning}: {rates[0]:.0f} a second, {revision} {rates[1]:.0f}; {ratio:.2f} ×", flush=True)
    return 0


@contextmanager
def _served(root: Path) -> Iterator[dict[str, str]]:
    """The addresses of the article in the version of a checkout, by what is kept."""
    line = [str(root / ".venv/bin/python"), __file__, SERVE]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    running = subprocess.Popen(
        line, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stdin is not None
    assert running.stdout is not None
    try:
        addresses = next((said for said in running.stdout if said.startswith("{")), None)
        assert addresses, f"the version in {root} cannot be served"
        yield json.loads(addresses)
    finally:
        running.stdin.close()
        running.wait(PATIENCE)


def serve() -> int:
    """Serves the version on the path until standard input ends, and prints the addresses."""
    with TemporaryDirectory() as folder, uncached._here(write_matter(Path(folder) / "matter.json")) as addresses:
        print(json.dumps(addresses), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(serve() if sys.argv[1:] == [SERVE] else main(*sys.argv[1:]))
