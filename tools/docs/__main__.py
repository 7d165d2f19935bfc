"""`python -m tools.docs` writes the generated pages; with --check it lists those that are out of date."""

import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings as django_settings

from tools.docs import commands, life, settings

ROOT = Path(__file__).resolve().parents[2]
PAGES: dict[str, Callable[[str], str]] = {
    "docs/reference/settings.md": settings.page,
    "docs/reference/commands.md": commands.page,
    "docs/explanation/a-comments-life.md": life.page,
}


def main(words: list[str]) -> int:
    """Write the pages and return 0; with --check, compare them and return 1 if a page is out of date."""
    if not django_settings.configured:  # the labels of the states are translatable
        django_settings.configure(USE_I18N=False)
    stale = [name for name in PAGES if wanted(name) != present(name)]
    if "--check" not in words:
        for name in stale:
            write(ROOT / name, wanted(name))
        return 0
    for name in stale:
        print(f"{name} is out of date. Run python -m tools.docs")
    return int(bool(stale))


def present(name: str) -> str:
    """Return the page as it is; empty if it does not exist."""
    path = ROOT / name
    return path.read_text() if path.exists() else ""


def wanted(name: str) -> str:
    """Return the page as the code has it. A page with hand-written parts keeps them."""
    return PAGES[name](present(name))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
