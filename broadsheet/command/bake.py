"""`broadsheet bake`: bakes every public page before it is requested, and with --to makes a static copy."""

import argparse
import signal
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from broadsheet.command import build_fingerprint, collect_static, public_urls
from broadsheet.command.checks import paper
from broadsheet.command.checks.result import raise_for_failure
from broadsheet.command.static_copy import StaticCopy, check_target, replacement
from broadsheet.command.worker import required_checks
from broadsheet.config.cache_health import write_error
from broadsheet.core.errors import Refusal
from broadsheet.pagecache import actions as pagecache
from broadsheet.pagecache.baking import BakeResult, PageResponse, bake_page

PROGRESS_INTERVAL = 5.0  # seconds
MAX_FAILURES_IN_A_ROW = 10  # after which the cause is taken to affect all pages
MAX_FAILURES_LISTED = 20
INTERRUPTED = 130
BAKING_STOPPED = "Run the same command again to continue."
COPYING_STOPPED = "The pages stay baked, but no new copy was made. An earlier copy is unchanged."


class CannotBake(Refusal):
    """Baking has failed for a reason that affects all pages."""

    code = "cannot-bake"


@dataclass
class Progress:
    """The number of pages so far by result, and the failures with their reasons."""

    total: int = 0
    results: Counter[BakeResult] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    failures_in_a_row: int = 0
    is_stopped: bool = False
    full_at: int = 0  # bytes that baked pages may take, where no more of them fit
    printed_at: float = field(default_factory=time.monotonic)

    def add(self, page: PageResponse, *, failure: str) -> None:
        """Count a page; `failure` is empty or the reason.

        Raises CannotBake after ten failures in a row, and KeyboardInterrupt after `stop`.
        """
        if self.is_stopped:
            raise KeyboardInterrupt
        self.results[page.result] += 1
        self.failures_in_a_row = self.failures_in_a_row + 1 if failure else 0
        if failure:
            self.failures.append(f"{page.path} {failure}")
        if self.failures_in_a_row >= MAX_FAILURES_IN_A_ROW:
            raise CannotBake(
                f"{MAX_FAILURES_IN_A_ROW} pages in a row failed, so the rest were not tried: {self.failures[-1]}."
            )
        self._print()

    def stop(self, *_: object) -> None:
        """Handle Ctrl-C: raise KeyboardInterrupt, here or with the next page."""
        # The exception is lost where the handler runs inside a destructor, hence the flag.
        self.is_stopped = True
        raise KeyboardInterrupt

    def _print(self) -> None:
        if time.monotonic() > self.printed_at + PROGRESS_INTERVAL:
            self.printed_at = time.monotonic()
            print(f"{self.results.total():,} of {self.total:,} …", flush=True)

    def __str__(self) -> str:
        results = self.results
        parts = [f"{results[BakeResult.BAKED]:,} baked", f"{results[BakeResult.ALREADY_BAKED]:,} already baked"]
        if results[BakeResult.NO_PAGE]:
            parts.append(f"{results[BakeResult.NO_PAGE]:,} removed in the meantime")
        if results[BakeResult.NOT_STORED] and not self.failures:
            parts.append(f"{results[BakeResult.NOT_STORED]:,} rendered without being stored")
        if self.failures:
            parts.append(f"{len(self.failures):,} failed")
        if self.full_at:
            parts.append(
                f"{self.total - results.total():,} left until somebody reads them, because baked pages may take "
                f"{self.full_at / 1e6:,.0f} MB (baked_pages_limit)"
            )
        return ", ".join(parts)


def run(arguments: argparse.Namespace) -> int:
    """Bake all pages and return 0; list the failures and return 1 where there are any.

    Raises FolderUnavailable, before anything is baked or purged, for a folder that cannot take the copy.
    """
    if arguments.to:
        check_target(folder_of(arguments.to))
    progress = Progress()
    handler = signal.signal(signal.SIGINT, progress.stop)
    try:
        prepare_and_bake(arguments, progress)
    except KeyboardInterrupt:
        print(f"Stopped: {progress}. {COPYING_STOPPED if arguments.to else BAKING_STOPPED}")
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, handler)
    return print_report(progress)


def prepare_and_bake(arguments: argparse.Namespace, progress: Progress) -> None:
    """Check the paper, bring its page cache up to date, and bake or copy all pages."""
    raise_for_failure(required_checks())
    collect_static.collect_if_changed()
    build_fingerprint.purge_after_build_change()
    pagecache.catch_up()  # the pages on this disk may have missed purges while the paper was stopped (ADR 20)
    paths = public_urls.all_public_paths()
    progress.total = len(paths)
    print(f"{progress.total:,} pages.", flush=True)
    if arguments.to:
        copy(paths, arguments.to, progress)
    else:
        bake(paths, progress)


def bake(paths: Iterable[str], progress: Progress) -> None:
    """Request each page, which bakes it, until the folder is full: the pages that are read most come first."""
    for path in paths:
        if not pagecache.store().has_free_share():
            progress.full_at = settings.BAKED_PAGES_LIMIT
            return
        page, failure = bake_or_name(path)
        progress.add(page, failure=failure)


def bake_or_name(path: str) -> tuple[PageResponse, str]:
    """Bake a page, and return why it is not on the disk; an error that no response tells is named by its type."""
    try:
        page = bake_page(path)
    except Exception as error:  # noqa: BLE001 - one page that cannot be baked must not keep all others from it
        return PageResponse(path, 0, (), b"", BakeResult.FAILED), f"failed ({type(error).__name__})"
    return page, baking_failure(page)


def baking_failure(page: PageResponse) -> str:
    """Return why a page is not on the disk; empty where it is, or no longer exists.

    Raises CannotBake where the disk cannot be written to, and CheckFailed where the database is away.
    """
    if page.result == BakeResult.NOT_STORED:
        if error := write_error(settings.BAKED_PAGES):
            raise CannotBake(f"Cannot write to {settings.BAKED_PAGES} ({error}). Put that right and run it again.")
        return "was rendered but could not be stored; see the log"
    return rendering_failure(page)


def rendering_failure(page: PageResponse) -> str:
    """Return why a page could not be rendered; empty where it was. Raises CheckFailed where the database is away."""
    if page.result != BakeResult.FAILED:
        return ""
    raise_for_failure([paper.database()])
    return f"failed with status {page.status}; see the log"


def copy(paths: list[str], target: Path, progress: Progress) -> None:
    """Copy all pages into a new folder, which replaces an earlier copy once it is complete."""
    folder = folder_of(target)
    with replacement(folder) as new_folder:
        static_copy = StaticCopy(new_folder, paths)
        for page in static_copy.pages():
            progress.add(page, failure=rendering_failure(page) or static_copy.copying_failure(page))
        if progress.failures:
            print_report(progress)
            raise CannotBake(f"No new copy was made in {folder}. An earlier copy is unchanged.")
        static_copy.add_remaining_files()
    print(f"The copy is in {folder}: {static_copy.file_count:,} files.")


def folder_of(target: Path) -> Path:
    """Return the folder of a copy as an absolute path."""
    return target.expanduser().resolve()


def print_report(progress: Progress) -> int:
    """Print the failures and the totals, and return the exit code."""
    for failure in progress.failures[:MAX_FAILURES_LISTED]:
        print(f"  {failure}")
    if len(progress.failures) > MAX_FAILURES_LISTED:
        print(f"  and {len(progress.failures) - MAX_FAILURES_LISTED:,} more")
    print(f"{progress}.", flush=True)
    return int(bool(progress.failures))
