"""What the tests borrow from the machine, from a browser to PostgreSQL, and whether it is there."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / ".tools/node_modules/axe-core/axe.min.js"
VNU = ROOT / ".tools/node_modules/vnu-jar/build/dist/vnu.jar"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
POSTGRES = "postgresql://postgres@127.0.0.1:5432"


def chromium() -> str | None:
    """Returns the path of the machine's Chromium."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def nginx() -> str | None:
    """Returns the path of the machine's nginx."""
    return _of_root("nginx")


def varnish() -> str | None:
    """Returns the path of the machine's Varnish, if its modules are there too."""
    modules = [*Path("/usr").glob("lib/**/varnish/vmods/libvmod_xkey.so")]
    return _of_root("varnishd") if modules else None


def _of_root(name: str) -> str | None:
    """Debian puts servers where only root looks for commands."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")


def postgres_address() -> str:
    return os.environ.get("BROADSHEET_TEST_POSTGRES") or POSTGRES


def postgres_answers() -> bool:
    try:
        psycopg.connect(postgres_address(), dbname="postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def lack_of(name: str) -> str:
    """Returns why a piece is not here and what to do, or nothing when it is."""
    is_here, sentence = PIECES[name]
    return "" if is_here() else sentence()


def missing() -> dict[str, str]:
    """Names all pieces that are not here, each with its sentence."""
    return {name: sentence for name in PIECES if (sentence := lack_of(name))}


def everything_is_required() -> bool:
    """Tells whether a missing piece is an error, as it is in continuous integration."""
    return bool(os.environ.get("CI") or os.environ.get("BROADSHEET_REQUIRE_ALL"))


def postgres_sentence() -> str:
    server = urlsplit(postgres_address())
    where = f"{server.hostname}:{server.port or 5432}"
    return f"no PostgreSQL answers at {where}: start one, or name another in BROADSHEET_TEST_POSTGRES"


PIECES: dict[str, tuple[Callable[[], object], Callable[[], str]]] = {
    "browser": (chromium, lambda: "no Chromium on PATH: install chromium"),
    "java": (lambda: shutil.which("java"), lambda: "no Java on PATH: install default-jre-headless"),
    "vnu": (VNU.exists, lambda: "no vnu in .tools: .ci/run fetches it"),
    "axe": (AXE.exists, lambda: "no axe-core in .tools: .ci/run fetches it"),
    "pdftotext": (lambda: shutil.which("pdftotext"), lambda: "no pdftotext on PATH: install poppler-utils"),
    "nginx": (nginx, lambda: "no nginx on this machine: install nginx-light"),
    "varnish": (varnish, lambda: "no Varnish with its modules on this machine: install varnish and varnish-modules"),
    "postgres": (postgres_answers, postgres_sentence),
}
