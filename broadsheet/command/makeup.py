"""What pages are made with: the code, the templates, the style sheets, and the options that stand on them."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from broadsheet.command import statics
from broadsheet.pagecache import actions as pagecache

STAMP = "makeup.stamp"
ON_PAGES = ("base_url", "demo", "surrogate_header")  # options that a page shows, or says to whoever keeps it
PACKAGE = Path(__file__).resolve().parents[1]


def renew_what_was_made_otherwise() -> None:
    """Makes every page stale that was made by another version of the paper, or with other options.

    Where nobody knows what this machine's pages were made with, they go, and those of other machines stay. Raises
    StillBaked, DatabaseError, OSError.
    """
    stamp, now = settings.DATA / STAMP, makeup(PACKAGE)
    before = stamp.read_text() if stamp.exists() else ""
    if before == now:
        return
    if before:
        pagecache.purge(pagecache.EVERYTHING)
    else:
        pagecache.store().clear()
    stamp.write_text(now)


def makeup(package: Path) -> str:
    """Changes with every file of ours that is read to make a page, the packages beneath, and those options."""
    options = [f"{name} {getattr(settings.OPTIONS, name)}" for name in ON_PAGES]
    made_with = [statics.fingerprint(), *options, *map(statics.seal, _files(package))]
    return sha256("\n".join(made_with).encode()).hexdigest()


def _files(package: Path) -> Iterable[Path]:
    return sorted(file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc")
