"""The files of baked pages: where each lies, how it comes there, and how one, or very many, leave readers' sight.

Knows names and bodies, and neither the index nor who may do what: whoever changes something here has the store's lock.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from broadsheet.pagecache.pages import ENCODINGS, INDEXES, names_of, put

ALONE = 2  # links that lead to a folder without folders in it; some file systems never say so
AWAY = "old-"  # how the names of folders begin from which nobody reads any more


class Files:
    """Baked pages and their previous versions, in two folders beside each other that any web server can serve."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = folder / "pages"
        self.previous = folder / "previous"
        self.carried = count()  # names for what is taken away

    def of(self, path: str) -> tuple[Path, ...]:
        """Where the page of a path may lie; a page is baked exactly while the first of its files is there."""
        return tuple(self.pages / name for name in names_of(path))

    def previous_of(self, path: str) -> tuple[Path, ...]:
        """Where the version may lie that readers may still get while a new one is rendered."""
        return tuple(self.previous / name for name in names_of(path))

    def name_of(self, file: Path) -> str:
        """The name of the page that lies there, among the pages or the previous versions."""
        root = self.previous if file.is_relative_to(self.previous) else self.pages
        return str(file.relative_to(root))

    def are_there(self, names: Iterable[str]) -> list[str]:
        """Those of the pages that lie on the disk."""
        return [name for name in names if os.path.exists(f"{self.pages}/{name}")]

    def write(self, name: str, bodies: Mapping[str, bytes]) -> None:
        """Each file appears whole or not at all; the one by which a page is known comes last. Raises OSError."""
        file = self.pages / name
        file.parent.mkdir(parents=True, exist_ok=True)
        for encoding, ending in ENCODINGS.items():
            if encoding in bodies:
                put(file.with_name(file.name + ending), bodies[encoding])
            else:
                file.with_name(file.name + ending).unlink(missing_ok=True)
        put(file, bodies["identity"])

    def set_aside(self, name: str) -> None:
        """Makes a page the previous version: the file by which it is known goes first, and comes last."""
        page, aside = self.pages / name, self.previous / name
        if not page.exists():
            return
        aside.parent.mkdir(parents=True, exist_ok=True)
        page.replace(aside.with_name(f".{aside.name}"))
        for ending in ENCODINGS.values():
            packed = self.pages / (name + ending)
            if packed.exists():
                packed.replace(self.previous / (name + ending))
        aside.with_name(f".{aside.name}").replace(aside)

    def unlink(self, names: Iterable[str]) -> None:
        """There may be thousands of them, and a Path costs more than the deed. Raises OSError."""
        for name in names:
            for ending in ("", *ENCODINGS.values()):
                with suppress(FileNotFoundError):
                    os.unlink(f"{self.pages}/{name}{ending}")

    def unlink_previous(self, names: Iterable[str]) -> None:
        """Most have none; the packed copies of one that is not there are nobody's. Raises OSError."""
        for name in names:
            with suppress(FileNotFoundError):
                for ending in ("", *ENCODINGS.values()):
                    os.unlink(f"{self.previous}/{name}{ending}")

    # Very many at once: out of readers' sight in a step or two, and deleted later, by `sweep`.

    def room(self) -> Path | None:
        """A place to take things to from which nobody reads; None where the disk has no room for it."""
        with suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=AWAY, dir=self.folder))
        return None

    def carry_off(self, name: str, away: Path | None) -> bool:
        """Takes the folder away in which a page lies with no other beneath: one step, where each file would need one.

        False where that cannot be; then the page is where it was.
        """
        folder, _, last = name.rpartition("/")
        if away is None or not folder or last not in INDEXES:
            return False
        try:
            alone = os.stat(f"{self.pages}/{folder}").st_nlink == ALONE
            if alone:
                os.rename(f"{self.pages}/{folder}", f"{away}/{next(self.carried)}")
        except OSError:
            return False
        return alone

    def take_all_away(self) -> bool:
        """Takes all pages and previous versions away; False where the disk has no room for that."""
        return self._take_away(self.pages, self.previous)

    def set_all_aside(self) -> bool:
        """Makes all pages previous versions: what has not gone stale is as right among those. False as above."""
        if not self._take_away(self.previous):
            return False
        self.pages.rename(self.previous)
        return True

    def delete_all(self) -> None:
        """Takes everything away, or deletes it at once where there is no room to take it to."""
        if not self.take_all_away():
            for inside in (self.pages, self.previous):
                shutil.rmtree(inside, ignore_errors=True)

    def taken_away(self) -> list[Path]:
        """The folders that were taken out of readers' sight by now."""
        return [*self.folder.glob(f"{AWAY}*")]

    def sweep(self, taken: Iterable[Path]) -> None:
        """Frees the disk of such folders; needs no lock, if nobody fills them any more."""
        for away in taken:
            shutil.rmtree(away, ignore_errors=True)

    def _take_away(self, *folders: Path) -> bool:
        if not (away := self.room()):
            return False
        for inside in filter(Path.exists, folders):
            inside.rename(away / inside.name)
        return True
