"""Makes .venv hold exactly what requirements-dev.lock says, with the uv on PATH or one fetched for this checkout.

Only the standard library is used: this runs before anything is installed. Started by tools/setup.py.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.fetch_uv import WITHOUT_FETCHING, fetch_uv, locked_uv
from tools.package_index import SetupError, uv_flags, uv_variables

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
UV_FOLDER = ROOT / ".uv"
OUR_UV = UV_FOLDER / "uv"
LOCK = ROOT / "requirements-dev.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "broadsheet-stamp"
OLDEST_UV = (0, 5)

SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from {module} import {function}

sys.exit({function}())
"""


def main() -> int:
    """Brings .venv up to date; does nothing in well under a second when it is."""
    try:
        with only_one_at_a_time():
            if not is_current():
                build()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    UV_FOLDER.mkdir(exist_ok=True)
    with (UV_FOLDER / "lock").open("w") as turnstile:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        yield


def is_current() -> bool:
    """Tells whether .venv was finished for this lock, in this place, and its Python is still there."""
    return venv_python().exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


def fingerprint() -> str:
    parts = [LOCK.read_bytes(), PROJECT.read_bytes(), Path(__file__).read_bytes(), bytes(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def venv_python() -> Path:
    return VENV / "bin" / "python"


def build() -> None:
    """Installs the lock; without a stamp the last run was cut short, so nothing of it is trusted."""
    uv = find_uv()
    if not (STAMP.exists() and venv_python().exists()):
        shutil.rmtree(VENV, ignore_errors=True)
        run([uv, "venv", "--quiet", "--python", base_python(), str(VENV)], "make the virtual environment .venv")
    STAMP.unlink(missing_ok=True)
    print("Installing the locked dependencies into .venv", flush=True)
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(venv_python())]
    run([*sync, *uv_flags(os.environ), str(LOCK)], f"install the dependencies of {LOCK.name}")
    install_project()
    STAMP.write_text(fingerprint())


def base_python() -> str:
    """Names the Python beneath an activated environment, which may be the very .venv that is about to go."""
    return getattr(sys, "_base_executable", None) or sys.executable


def run(command: list[str], purpose: str) -> None:
    finished = subprocess.run(command, env=surroundings(), cwd=ROOT, check=False)
    if finished.returncode:
        raise SetupError(
            f"Could not {purpose} (the reason stands above). Is the network there? Then run the same command again."
        )


def surroundings() -> dict[str, str]:
    """Return the environment for uv: no foreign virtualenv, no Python from elsewhere, the machine's package index."""
    kept = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONHOME"}}
    return uv_variables(kept) | {"UV_PYTHON_DOWNLOADS": "never"}


# uv: on PATH, or fetched once into .uv at the version and hashes of the lock


def find_uv() -> str:
    """Return a uv that works: the one on PATH, or our own."""
    on_path = shutil.which("uv")
    if on_path and version_of(on_path) >= OLDEST_UV:
        return on_path
    locked = locked_uv(LOCK)
    if version_of(str(OUR_UV)) != numbers(locked.version):
        print("Fetching uv into .uv", flush=True)
        fetch_uv(locked, OUR_UV, os.environ)
        if not version_of(str(OUR_UV)):
            raise SetupError(f"uv was downloaded to {OUR_UV}, but does not run there. {WITHOUT_FETCHING}")
    return str(OUR_UV)


def version_of(uv: str) -> tuple[int, ...]:
    """Return the version of a uv, or () where it does not run."""
    found = re.match(r"uv (\d[\d.]*)", output_of([uv, "--version"]))
    return numbers(found[1]) if found else ()


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def output_of(command: list[str]) -> str:
    """Returns what a command prints, or nothing where it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


# The project itself: what an editable install leaves behind, without a build backend fetched beside the lock


def install_project() -> None:
    """Makes `import broadsheet`, its version and the `broadsheet` command available from this checkout."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    (site,) = VENV.glob("lib/python3*/site-packages")
    (site / "broadsheet.pth").write_text(f"{ROOT}\n")
    record = site / f"{project['name']}-{project['version']}.dist-info"
    record.mkdir(exist_ok=True)
    written = {
        "METADATA": f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n",
        "INSTALLER": "tools/setup.py\n",
        "RECORD": "".join(f"{name},,\n" for name in contents_of(record.name)),
    }
    for name, text in written.items():
        (record / name).write_text(text)
    for name, target in project["scripts"].items():
        write_script(VENV / "bin" / name, target)


def contents_of(record: str) -> list[str]:
    return ["broadsheet.pth", *(f"{record}/{name}" for name in ("METADATA", "INSTALLER", "RECORD"))]


def write_script(path: Path, target: str) -> None:
    module, function = target.split(":")
    path.write_text(SCRIPT.format(python=venv_python(), module=module, function=function))
    path.chmod(0o755)
