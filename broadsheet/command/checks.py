"""Looks at what stands around the paper: Python, SQLite, data folder, secrets, disk, port. Needs no Django."""

import os
import platform
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from broadsheet.command.findings import Finding, fail, ok, warn
from broadsheet.config.databases import FIRST_SOUND_WAL, journal_mode
from broadsheet.config.options import SECRETS_FOLDER, BadOptions, Options
from broadsheet.config.secrets import NAMES, read_secret

OLDEST_PYTHON = (3, 11)
FOR_OTHERS = 0o077
A_LOOK = 0o067  # without the group's right to pass through, which a web server in front may need
FEW_BYTES, TOO_FEW_BYTES = 1_000_000_000, 100_000_000
NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afpfs",
    "fuse.sshfs",
    "ceph",
    "glusterfs",
    "fuse.glusterfs",
    "9p",
}
WAL_MARK = b"\x02\x02"  # at offset 18 of the file: the versions that write and read it
DATABASE_FILE = "paper.sqlite3"
NOT_OPTIONS = ("BROADSHEET_TEST_", "BROADSHEET_SOAK", "BROADSHEET_REQUIRE_ALL")
PORT_PATIENCE = 3.0  # seconds: as long as a paper that was killed may need to let go of it


def python_version() -> Finding:
    """Whether this Python is new enough."""
    found = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return fail("Python", f"{found} is too old: Broadsheet needs 3.11 or newer.")
    return ok("Python", found)


def sqlite_version() -> Finding:
    """Which journal this SQLite allows."""
    sound = ".".join(map(str, FIRST_SOUND_WAL))
    if journal_mode() == "WAL":
        return ok("SQLite", f"{sqlite3.sqlite_version}, with a write-ahead log")
    return ok(
        "SQLite", f"{sqlite3.sqlite_version}, with the rollback journal: before {sound} a write-ahead log is not safe"
    )


def journal_of_file(folder: Path) -> Finding:
    """Whether the database file, as it lies there, may be opened by this SQLite."""
    file = folder / DATABASE_FILE
    if not file.exists():
        return ok("journal", "no SQLite file yet")
    with file.open("rb") as opened:
        header = opened.read(20)
    if header[18:20] != WAL_MARK or journal_mode() == "WAL":
        return ok("journal", f"{file.name} is in the mode this SQLite is safe with")
    return warn(
        "journal",
        f"{file.name} was written with a write-ahead log, and SQLite {sqlite3.sqlite_version} can damage such a file: "
        "it is turned back to the rollback journal when it is opened. Let no newer SQLite work on it at the same time.",
    )


def file_system(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> Finding:
    """Whether the data folder lies on a disk of this machine, as far as the system tells."""
    kind = kind_of_file_system(folder, mounts)
    if kind not in NETWORK_FILE_SYSTEMS:
        return ok("file system", kind or "not told by this system")
    said = (
        f"{folder} lies on {kind}, over a network, where locks cannot be trusted: SQLite may lose writes or be damaged."
    )
    remedy = "Put the data folder on a disk of this machine, or use PostgreSQL."
    return (fail if journal_mode() == "WAL" else warn)("file system", f"{said} {remedy}")


def kind_of_file_system(folder: Path, mounts: Path) -> str:
    """The type of the mount that is nearest above the folder; empty where the system does not list its mounts."""
    if not mounts.exists():
        return ""
    listed = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    above = [(len(place), kind) for place, kind in listed if folder.is_relative_to(place.replace("\\040", " "))]
    return max(above, default=(0, ""), key=lambda found: found[0])[1]


def folder_is_writable(folder: Path) -> Finding:
    """Whether a file can be made in the data folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"written")
    except OSError as error:
        return fail(
            "data folder",
            f"Nothing can be written in {folder} ({error.strerror}). Make it writable, or free some room.",
        )
    return ok("data folder", f"{folder} can be written")


def folder_is_private(folder: Path) -> Finding:
    """Whether other users of the machine are kept out of the data folder."""
    if folder.stat().st_mode & A_LOOK:
        return warn("data folder's mode", f"Other users of this machine may look into {folder}: chmod 700 {folder}")
    return ok("data folder's mode", "for its owner only")


def secrets_are_readable(folder: Path) -> Finding:
    """Whether each secret is there and can be read."""
    try:
        for name in NAMES:
            read_secret(folder / SECRETS_FOLDER, name)
    except BadOptions as error:
        return fail("secrets", error.lines[0])
    return ok("secrets", "all there")


def secrets_are_private(folder: Path) -> Finding:
    """Whether nobody else may read the secrets."""
    inside = sorted((folder / SECRETS_FOLDER).iterdir())
    if open_to_others := [path.name for path in inside if path.stat().st_mode & FOR_OTHERS]:
        where = folder / SECRETS_FOLDER
        return fail(
            "secrets' mode", f"Others may read {', '.join(open_to_others)}: chmod 700 {where} and chmod 600 {where}/*"
        )
    return ok("secrets' mode", "for their owner only")


def disk_space(folder: Path) -> Finding:
    """Whether the disk has room."""
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB are free on the disk of {folder}"
    if free < TOO_FEW_BYTES:
        return fail("disk", f"Only {said}: make room before comments can no longer be stored.")
    return (warn if free < FEW_BYTES else ok)("disk", f"{said}.")


def unknown_variables() -> Finding:
    """Whether a BROADSHEET_ variable is set that nobody reads, e.g. for a slip of the pen."""
    known = {f"BROADSHEET_{name.upper()}" for name in Options.model_fields}
    unknown = [name for name in sorted(os.environ) if name.startswith("BROADSHEET_") and name not in known]
    unknown = [name for name in unknown if not name.startswith(NOT_OPTIONS)]
    if unknown:
        return warn(
            "variables", f"{', '.join(unknown)}: no such option, so it has no effect. See docs/reference/settings.md."
        )
    return ok("variables", "each is an option")


def port_is_free(host: str, port: int, patience: float = PORT_PATIENCE) -> Finding:
    """Whether nobody else listens there; waits a moment for one that is just ending."""
    until = time.monotonic() + patience
    while (error := _bind(host, port)) and error.errno == socket.errno.EADDRINUSE and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.1)
    if error:
        return fail(
            "port",
            f"{host} port {port} cannot be listened on ({error.strerror}). Choose another by --port.",
        )
    return ok("port", f"{port} is free")


def _bind(host: str, port: int) -> OSError | None:
    """Tries the address as a server alone would; the servers' own sockets would share it with anybody."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
            attempt.listen(1)
        except OSError as error:
            return error
    return None


def surroundings(folder: Path) -> list[Finding]:
    """Everything about the machine and the folder that does not keep the paper from being opened."""
    looked = [
        python_version(),
        sqlite_version(),
        journal_of_file(folder),
        file_system(folder),
        folder_is_private(folder),
    ]
    return [*looked, secrets_are_private(folder), disk_space(folder), unknown_variables()]
