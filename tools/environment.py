"""Makes .venv hold exactly what requirements-dev.lock says, with whichever of uv, venv or pip is at hand.

Only the standard library is used: this runs before anything is installed. Started by tools/setup.py.
"""

import fcntl
import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OWN_UV = ROOT / ".uv"
LOCK = ROOT / "requirements-dev.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "broadsheet-stamp"
OLDEST_UV = (0, 5)

NO_INSTALLER = (
    "Nothing here can install packages: there is no uv, and this Python has neither venv nor pip. "
    "Install one of them (on Debian and Ubuntu: apt-get install python3-venv) and run the same command again."
)
SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from {module} import {function}

sys.exit({function}())
"""


class SetupError(Exception):
    """Says in one sentence why the environment could not be made."""


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
    OWN_UV.mkdir(exist_ok=True)
    with (OWN_UV / "lock").open("w") as turnstile:
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
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(venv_python()), str(LOCK)]
    run(sync, "install the dependencies of requirements-dev.lock")
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
    """Returns the environment for uv and pip: no foreign virtualenv, no Python from elsewhere, the machine's own trust.

    A network with a certificate authority of its own is known to the machine's store but not to the one inside uv.
    """
    kept = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONHOME"}}
    trust = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"} if machine_has_certificates() else {}
    return {**trust, **kept, "UV_PYTHON_DOWNLOADS": "never"}


def machine_has_certificates() -> bool:
    places = ssl.get_default_verify_paths()
    return bool(places.cafile) or bool(places.capath and any(Path(places.capath).iterdir()))


# uv: on PATH, or fetched once into .uv at the version and hashes of requirements-dev.lock


def find_uv() -> str:
    """Returns a uv that works: the one on PATH, or our own."""
    ours = [OWN_UV / "venv" / "bin" / "uv", OWN_UV / "lib" / "bin" / "uv"]
    for found in [shutil.which("uv"), *map(str, ours)]:
        if found and is_usable(found):
            return found
    return fetch_uv()


def is_usable(uv: str) -> bool:
    version = re.match(r"uv (\d+)\.(\d+)", output_of([uv, "--version"]))
    return version is not None and tuple(map(int, version.groups())) >= OLDEST_UV


def output_of(command: list[str]) -> str:
    """Returns what a command prints, or nothing where it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def fetch_uv() -> str:
    print("Fetching uv into .uv", flush=True)
    wanted = OWN_UV / "uv.txt"
    wanted.write_text(locked_uv())
    arguments = ["install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
    arguments += ["-r", str(wanted)]
    if make_uv_venv():
        run([str(OWN_UV / "venv" / "bin" / "python"), "-m", "pip", *arguments], "fetch uv")
        return str(OWN_UV / "venv" / "bin" / "uv")
    if not output_of([base_python(), "-m", "pip", "--version"]):
        raise SetupError(NO_INSTALLER)
    library = OWN_UV / "lib"
    run([base_python(), "-m", "pip", *arguments, "--upgrade", "--target", str(library)], "fetch uv")
    return str(library / "bin" / "uv")


def make_uv_venv() -> bool:
    """Makes an environment of its own for uv; false where this Python cannot (Debian without python3-venv)."""
    command = [base_python(), "-m", "venv", "--clear", str(OWN_UV / "venv")]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        shutil.rmtree(OWN_UV / "venv", ignore_errors=True)
        return False
    return True


def locked_uv() -> str:
    """Returns uv's own lines of the lock: version and hashes."""
    found = re.search(r"^uv==.*(?:\n    .*)*", LOCK.read_text(), re.MULTILINE)
    if not found:
        raise SetupError(
            "requirements-dev.lock does not name uv, so it cannot be fetched: run make lock where uv is at hand."
        )
    return found.group() + "\n"


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
