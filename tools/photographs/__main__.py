"""`python -m tools.photographs OUT_DIR [NAME ...]` draws the pictures, all or the named ones."""

import sys
from pathlib import Path

from .finish import save
from .scenes import SCENES


def main(arguments: list[str]) -> int:
    """Draws the pictures and says where each one is."""
    if not arguments or set(arguments[1:]) - SCENES.keys():
        sys.stderr.write(
            f"Usage: python -m tools.photographs OUT_DIR [NAME ...]\nThe names are: {', '.join(SCENES)}.\n"
        )
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments[1:] or SCENES:
        save(SCENES[name](), folder / f"{name}.jpg")
        sys.stdout.write(f"{folder / name}.jpg\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
