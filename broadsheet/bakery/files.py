"""The files of baked pages: fresh pages, their stale copies, and the trash from which deleted folders are swept.

Knows names and bodies, but neither the index nor the lock: whoever changes files here holds the store's lock.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from broadsheet.bakery.pages import ENCODINGS, INDEX_FILES, file_names, write_atomically

LEAF_LINKS = 2  # links to a folder without subfolders; some file systems do not count them
TRASH_PREFIX = "old-"
PAGE_FOLDERS = ("pages", "stale", "previous")
OLDER_LAYOUTS = ("previous", "turns", "purges", "in-front.json")  # names in the folder up to layout 3


class PageFiles:
    """Fresh pages and stale copies, in two folders side by side that any web server can serve."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = folder / "pages"
        self.stale = folder / "stale"
        self.trashed = count()  # names within the trash

    def of(self, path: str) -> tuple[Path, ...]:
        """Return the possible files of a path's page, which is baked exactly while one of them exists."""
        return tuple(self.pages / name for name in file_names(path))

    def stale_of(self, path: str) -> tuple[Path, ...]:
        """Return the files that the stale copy of a path may have: it may be sent while a new page is rendered."""
        return tuple(self.stale / name for name in file_names(path))

    def name_of(self, file: Path) -> str:
        """Return the name of a page by its file, fresh or stale."""
        root = self.stale if file.is_relative_to(self.stale) else self.pages
        return str(file.relative_to(root))

    def existing(self, names: Iterable[str]) -> list[str]:
        """Return those of these pages that lie on the disk."""
        return [name for name in names if os.path.exists(f"{self.pages}/{name}")]

    def write(self, name: str, bodies: Mapping[str, bytes]) -> None:
        """Write a page, each file atomically and the file by which it is known last. Raises OSError."""
        file = self.pages / name
        file.parent.mkdir(parents=True, exist_ok=True)
        for encoding, suffix in ENCODINGS.items():
            if encoding in bodies:
                write_atomically(file.with_name(file.name + suffix), bodies[encoding])
            else:
                file.with_name(file.name + suffix).unlink(missing_ok=True)
        write_atomically(file, bodies["identity"])

    def make_stale(self, name: str) -> None:
        """Make a page its stale copy; the file by which it is known leaves first and arrives last."""
        page, copy = self.pages / name, self.stale / name
        if not page.exists():
            return
        copy.parent.mkdir(parents=True, exist_ok=True)
        page.replace(copy.with_name(f".{copy.name}"))
        for suffix in ENCODINGS.values():
            compressed = self.pages / (name + suffix)
            if compressed.exists():
                compressed.replace(self.stale / (name + suffix))
        copy.with_name(f".{copy.name}").replace(copy)

    def delete(self, names: Iterable[str]) -> None:
        """Delete pages. Raises OSError."""
        for name in names:  # thousands, maybe: strings, because a Path costs more than the system's call
            for suffix in ("", *ENCODINGS.values()):
                with suppress(FileNotFoundError):
                    os.unlink(f"{self.pages}/{name}{suffix}")

    def delete_stale(self, names: Iterable[str]) -> None:
        """Delete stale copies. Raises OSError."""
        for name in names:  # most have none, and compressed copies without the file by which it is known are not sent
            with suppress(FileNotFoundError):
                for suffix in ("", *ENCODINGS.values()):
                    os.unlink(f"{self.stale}/{name}{suffix}")

    def last_used(self, name: str) -> float:
        """Return when a page or its stale copy was last read, in seconds since the epoch; 0 if neither exists."""
        for folder in (self.pages, self.stale):
            with suppress(OSError):
                return os.stat(f"{folder}/{name}").st_atime
        return 0.0

    def delete_empty_folders(self, names: Iterable[str]) -> None:
        """Delete the folders of these pages that are empty, and those around them that become empty."""
        for name in names:
            for root in (self.pages, self.stale):
                with suppress(OSError):
                    for folder in (root / name).parents:
                        if folder == root:
                            break
                        folder.rmdir()

    # Very many pages at once are moved out of readers' sight in a step or two, and deleted later by `empty_trash`.

    def new_trash(self) -> Path | None:
        """Return a new folder, from which no page is sent; None where the disk has no room for it."""
        with suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=TRASH_PREFIX, dir=self.folder))
        return None

    def move_to_trash(self, name: str, trash: Path | None) -> bool:
        """Move the folder of a page in one step, which would take one for each file, if no other page lies beneath it.

        Return False where that cannot be done; the page is then still in its place.
        """
        folder, _, last = name.rpartition("/")
        if trash is None or not folder or last not in INDEX_FILES:
            return False
        try:
            is_leaf = os.stat(f"{self.pages}/{folder}").st_nlink == LEAF_LINKS
            if is_leaf:
                os.rename(f"{self.pages}/{folder}", f"{trash}/{next(self.trashed)}")
        except OSError:
            return False
        return is_leaf

    def move_all_to_trash(self) -> bool:
        """Move all pages and stale copies; return False where the disk has no room for that."""
        return self._move_to_new_trash(self.pages, self.stale, *map(self.folder.joinpath, OLDER_LAYOUTS))

    def make_all_stale(self) -> bool:
        """Make all pages stale copies, which does no harm to those that were fresh. Return False as above."""
        if not self._move_to_new_trash(self.stale):
            return False
        self.pages.rename(self.stale)
        return True

    def delete_all(self) -> None:
        """Move everything to the trash, or delete it at once where there is no room for that."""
        if not self.move_all_to_trash():
            for folder in (self.pages, self.stale, *map(self.folder.joinpath, OLDER_LAYOUTS)):
                shutil.rmtree(folder, ignore_errors=True)

    def trash(self) -> list[Path]:
        """Return the folders in the trash."""
        return [*self.folder.glob(f"{TRASH_PREFIX}*")]

    def empty_trash(self, trash: Iterable[Path]) -> None:
        """Delete these folders of the trash; needs no lock once they are no longer filled."""
        for folder in trash:
            shutil.rmtree(folder, ignore_errors=True)

    def _move_to_new_trash(self, *paths: Path) -> bool:
        if not (trash := self.new_trash()):
            return False
        for path in filter(Path.exists, paths):
            path.rename(trash / path.name)
        return True
