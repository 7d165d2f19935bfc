"""No other user of the machine reads the database, its journals, originals of photographs or the demo's emails."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from broadsheet.config.private_files import PRIVATE_FOLDERS, make_folders_private
from broadsheet.core.sqlite.base import make_private


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("journal", ["PERSIST", "WAL"])
def test_a_new_database_and_its_journals_are_the_owners_only(journal: str, tmp_path: Path) -> None:
    make_private(str(tmp_path / "paper.sqlite3"))
    with closing(sqlite3.connect(tmp_path / "paper.sqlite3")) as database:
        database.execute(f"PRAGMA journal_mode={journal}")
        database.execute("CREATE TABLE note (text TEXT)")
        assert {file.name: mode_of(file) for file in tmp_path.iterdir()} == {
            file.name: 0o600 for file in tmp_path.iterdir()
        }
        assert len([*tmp_path.iterdir()]) > 1


def test_an_existing_database_is_taken_away_from_others_and_keeps_its_locks_and_rows(tmp_path: Path) -> None:
    file = tmp_path / "paper.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as first:
        first.execute("PRAGMA journal_mode=PERSIST")
        first.execute("CREATE TABLE note (text TEXT)")
        for path in tmp_path.iterdir():
            path.chmod(0o644)
        first.execute("BEGIN IMMEDIATE")
        make_private(str(file))
        assert {mode_of(path) for path in tmp_path.iterdir()} == {0o600}
        with closing(sqlite3.connect(file, timeout=0)) as second, pytest.raises(sqlite3.OperationalError):
            second.execute("BEGIN IMMEDIATE")
        first.execute("COMMIT")


def test_a_database_in_a_folder_that_does_not_exist_is_left_to_sqlite(tmp_path: Path) -> None:
    make_private(str(tmp_path / "nowhere" / "paper.sqlite3"))


def test_private_folders_are_the_owners_only(tmp_path: Path) -> None:
    for folder in PRIVATE_FOLDERS[1:]:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder).chmod(0o755)
    make_folders_private(tmp_path)
    assert {folder: mode_of(tmp_path / folder) for folder in PRIVATE_FOLDERS} == dict.fromkeys(PRIVATE_FOLDERS, 0o700)
    assert mode_of(tmp_path / "media") == 0o755
