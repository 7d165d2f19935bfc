"""Checks of the machine: Python, SQLite, data folder, secrets, disk and port. They need no Django."""

import os
import platform
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from broadsheet.command.checks.result import CheckResult, fail, ok, warn
from broadsheet.config.databases import SAFE_WAL_VERSION, journal_mode
from broadsheet.config.options import SECRETS_FOLDER, BadOptions, Options
from broadsheet.config.secrets import NAMES, read_secret

MINIMUM_PYTHON = (3, 11)
GROUP_AND_OTHERS = 0o077
# Without the group's right to traverse: a web server in front needs that to reach the baked pages (ADR 17).
GROUP_AND_OTHERS_READ = 0o067
LOW_DISK_SPACE, FULL_DISK = 1_000_000_000, 100_000_000  # bytes
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
WAL_HEADER = b"\x02\x02"  # bytes 18 and 19 of the file: its write and read versions (sqlite.org/fileformat.html)
DATABASE_FILE = "paper.sqlite3"
NOT_OPTIONS = ("BROADSHEET_TEST_", "BROADSHEET_SOAK", "BROADSHEET_REQUIRE_ALL")
PORT_TIMEOUT = 3.0  # seconds, in which a server that was killed lets go of the port


def python_version() -> CheckResult:
    """Check that this Python is new enough."""
    version = platform.python_version()
    if sys.version_info < MINIMUM_PYTHON:
        return fail("Python", f"Python {version} is too old. Broadsheet needs 3.11 or newer.")
    return ok("Python", version)


def sqlite_version() -> CheckResult:
    """Report the SQLite version and the journal mode that is safe with it."""
    safe = ".".join(map(str, SAFE_WAL_VERSION))
    if journal_mode() == "WAL":
        return ok("SQLite", f"{sqlite3.sqlite_version}, with a write-ahead log")
    return ok(
        "SQLite",
        f"{sqlite3.sqlite_version}, with a rollback journal, because a write-ahead log is not safe before {safe}",
    )


def database_file_journal(folder: Path) -> CheckResult:
    """Check that the journal mode stored in the database file is safe with this SQLite."""
    path = folder / DATABASE_FILE
    if not path.exists():
        return ok("journal", "no SQLite file yet")
    with path.open("rb") as file:
        header = file.read(20)
    if header[18:20] != WAL_HEADER or journal_mode() == "WAL":
        return ok("journal", f"{path.name} is in a mode that is safe with this SQLite")
    return warn(
        "journal",
        f"{path.name} was written with a write-ahead log, and SQLite {sqlite3.sqlite_version} can damage a file in "
        "that mode. Opening it converts it to a rollback journal. Do not use it with a newer SQLite at the same time.",
    )


def file_system(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> CheckResult:
    """Check that the data folder is on a local disk, as far as the system lists its mounts."""
    kind = file_system_type(folder, mounts)
    if kind not in NETWORK_FILE_SYSTEMS:
        return ok("file system", kind or "unknown, because this system does not list its mounts")
    problem = f"{folder} is on a network file system ({kind}), where file locks are unreliable."
    remedy = "SQLite may lose data there. Put the data folder on a local disk, or use PostgreSQL."
    return (fail if journal_mode() == "WAL" else warn)("file system", f"{problem} {remedy}")


def file_system_type(folder: Path, mounts: Path) -> str:
    """Return the type of the nearest mount above the folder; empty where the system does not list its mounts."""
    if not mounts.exists():
        return ""
    mounted = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    above = [(len(path), kind) for path, kind in mounted if folder.is_relative_to(path.replace("\\040", " "))]
    return max(above, default=(0, ""), key=lambda mount: mount[0])[1]


def folder_is_writable(folder: Path) -> CheckResult:
    """Check that a file can be created in the data folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"written")
    except OSError as error:
        return fail(
            "data folder", f"Cannot write to {folder} ({error.strerror}). Make it writable, or free some disk space."
        )
    return ok("data folder", f"{folder} is writable")


def folder_is_private(folder: Path) -> CheckResult:
    """Check that other users of the machine cannot list or change the data folder."""
    if folder.stat().st_mode & GROUP_AND_OTHERS_READ:
        return warn("data folder's mode", f"Other users of this machine can look into {folder}. Run chmod 700 {folder}")
    return ok("data folder's mode", "owner only")


def secrets_are_readable(folder: Path) -> CheckResult:
    """Check that every secret exists and can be read."""
    try:
        for name in NAMES:
            read_secret(folder / SECRETS_FOLDER, name)
    except BadOptions as error:
        return fail("secrets", error.lines[0])
    return ok("secrets", "all present")


def secrets_are_private(folder: Path) -> CheckResult:
    """Check that only the owner can read the secrets."""
    secrets = folder / SECRETS_FOLDER
    if exposed := [path.name for path in sorted(secrets.iterdir()) if path.stat().st_mode & GROUP_AND_OTHERS]:
        return fail(
            "secrets' mode",
            f"Other users can read {', '.join(exposed)}. Run chmod 700 {secrets} and chmod 600 {secrets}/*",
        )
    return ok("secrets' mode", "owner only")


def disk_space(folder: Path) -> CheckResult:
    """Check that the disk of the data folder has space left."""
    free = shutil.disk_usage(folder).free
    message = f"{free / 1e9:.1f} GB free on the disk of {folder}"
    if free < FULL_DISK:
        return fail("disk", f"Only {message}. Free some space before comments can no longer be stored.")
    return (warn if free < LOW_DISK_SPACE else ok)("disk", message)


def unknown_variables() -> CheckResult:
    """Check that every BROADSHEET_ variable of the environment is an option, so that a misspelling is noticed."""
    known = {f"BROADSHEET_{name.upper()}" for name in Options.model_fields}
    unknown = [name for name in sorted(os.environ) if name.startswith("BROADSHEET_") and name not in known]
    unknown = [name for name in unknown if not name.startswith(NOT_OPTIONS)]
    if unknown:
        return warn(
            "variables",
            f"{', '.join(unknown)}: no such option, so it has no effect. See docs/reference/settings.md.",
        )
    return ok("variables", "all are known options")


def port_is_free(host: str, port: int, timeout: float = PORT_TIMEOUT) -> CheckResult:
    """Check that no other process listens on the port; wait up to `timeout` seconds for a server that is stopping."""
    deadline = time.monotonic() + timeout
    while (error := _bind(host, port)) and error.errno == socket.errno.EADDRINUSE and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.1)
    if error:
        return fail("port", f"Cannot listen on {host} port {port} ({error.strerror}). Choose another with --port.")
    return ok("port", f"{port} is free")


def _bind(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as attempt:
        # Not SO_REUSEPORT, which granian sets: with that, a second server would share the port unnoticed.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
            attempt.listen(1)
        except OSError as error:
            return error
    return None


def host_checks(folder: Path) -> list[CheckResult]:
    """Return the results for the machine and the data folder that do not keep the paper from being opened."""
    return [
        python_version(),
        sqlite_version(),
        database_file_journal(folder),
        file_system(folder),
        folder_is_private(folder),
        secrets_are_private(folder),
        disk_space(folder),
        unknown_variables(),
    ]
