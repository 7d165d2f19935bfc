"""The fingerprint of everything that pages are rendered from: code, templates, static files and options."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from broadsheet.command import collect_static
from broadsheet.pagecache import actions as pagecache

STAMP = "build.stamp"
OPTIONS_ON_PAGES = ("base_url", "demo", "surrogate_header")  # options that a page, or its headers, contains
PACKAGE = Path(__file__).resolve().parents[1]


def purge_after_build_change() -> None:
    """Purge all baked pages if this version, or an option that pages contain, differs from the last run's.

    On the first run the pages on this machine's disk are deleted instead, and those of other machines stay: they may be
    current. Raises StillBaked, DatabaseError and OSError.
    """
    stamp, fingerprint = settings.DATA / STAMP, build_fingerprint(PACKAGE)
    last = stamp.read_text() if stamp.exists() else ""
    if last == fingerprint:
        return
    if last:
        pagecache.purge(pagecache.EVERYTHING)
    else:
        pagecache.store().clear()
    stamp.write_text(fingerprint)


def build_fingerprint(package: Path) -> str:
    """Return a digest of the files that pages are rendered from, the packages used, and the options on pages."""
    options = [f"{name} {getattr(settings.OPTIONS, name)}" for name in OPTIONS_ON_PAGES]
    parts = [collect_static.static_fingerprint(), *options, *map(collect_static.file_signature, _files(package))]
    return sha256("\n".join(parts).encode()).hexdigest()


def _files(package: Path) -> Iterable[Path]:
    return sorted(file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc")
