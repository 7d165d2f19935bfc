"""Door to the workshop: finds a Python that is new enough and lets it prepare .venv (see tools/environment.py).

This one file keeps to words that Python 2.7 understands, so that the wrong Python answers with a sentence and not with
a syntax error.
"""

from __future__ import print_function

import os
import subprocess
import sys

FLOOR = (3, 11)
CANDIDATES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"]
PROBE = "import sys; sys.exit(sys.version_info < %r)" % (FLOOR,)
SENTENCE = (
    "Broadsheet needs Python 3.11 or newer; this is Python %d.%d and no newer one is on PATH. "
    "Install one (on Debian and Ubuntu: apt-get install python3) or name one: make setup PYTHON=/path/to/python3.12"
)


def is_new_enough(python):
    with open(os.devnull, "w") as silence:
        try:
            return subprocess.call([python, "-c", PROBE], stdout=silence, stderr=silence) == 0
        except OSError:
            return False


def main():
    if sys.version_info < FLOOR:
        for python in CANDIDATES:
            if is_new_enough(python):
                return subprocess.call([python] + sys.argv)
        print(SENTENCE % sys.version_info[:2], file=sys.stderr)
        return 1
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from tools import environment  # only a Python of today can read it

    return environment.main()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped before it was ready; the next run puts it in order.", file=sys.stderr)
        sys.exit(130)
