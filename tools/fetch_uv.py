"""The download of uv: one wheel from the machine's package index, checked against the lock and unpacked.

Only the standard library is used: this runs before anything is installed.
"""

import hashlib
import http.client
import json
import netrc
import platform
import re
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPPasswordMgrWithPriorAuth,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
)
from zipfile import ZipFile

from tools.package_index import Connection, SetupError, connection_options, machine_has_authorities, package_sources

SECONDS = 30
JSON = "application/vnd.pypi.simple.v1+json"
FORMATS = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1, */*;q=0.01"
PLATFORM_TAG = re.compile(r"(manylinux|musllinux|macosx)_(\d+)_(\d+)_(\w+)")
IN_32_BITS = {"x86_64": "i686", "aarch64": "armv7l"}
WITHOUT_FETCHING = "Alternatively, install uv in another way, so that it is on PATH, and run the same command again."
NO_NETWORK = "Check the network. Set https_proxy to use a proxy, or PIP_INDEX_URL to use a mirror of the package index."
NO_SOURCE = "pip or uv is configured without a package index (no-index) and without a folder of packages (find-links)."
NO_FILE = "Correct the address in the configuration of pip or uv (PIP_INDEX_URL, PIP_FIND_LINKS, pip.conf, uv.toml)."
NO_INDEX = "Check that this is the address of a package index."
NO_ACCESS = "Put the user name and password into the index address (https://NAME:PASSWORD@HOST/…) or into ~/.netrc."
UNTRUSTED = "If this network has its own certificate authority, set SSL_CERT_FILE to the file with its certificate."
UNVERIFIABLE = (
    "needs a user name and password, but this machine has no certificate authorities with which to verify the host. "
    "Install them first (on Debian and Ubuntu: apt-get install ca-certificates)."
)


@dataclass(frozen=True)
class Platform:
    """The family of platform tags that this machine runs, up to which version, and its processor."""

    family: str
    version: tuple[int, int]
    machine: str

    def runs(self, wheel: str) -> bool:
        """Return whether one of the platform tags in the name of a wheel is for this machine."""
        tags = wheel.removesuffix(".whl").rpartition("-")[2].split(".")
        found = filter(None, map(PLATFORM_TAG.fullmatch, tags))
        return any(
            (family, machine) == (self.family, self.machine) and (int(major), int(minor)) <= self.version
            for family, major, minor, machine in (match.groups() for match in found)
        )


def this_platform() -> Platform:
    machine = platform.machine()
    machine = machine if sys.maxsize > 2**32 else IN_32_BITS.get(machine, machine)
    if sys.platform == "darwin":
        return Platform("macosx", two_numbers(platform.mac_ver()[0]), machine)
    library, version = platform.libc_ver()
    if library == "glibc":
        return Platform("manylinux", two_numbers(version), machine)
    return Platform("musllinux", (1, 2), machine)  # Python does not tell the version of musl; all since 2019 are 1.2


def two_numbers(version: str) -> tuple[int, int]:
    major, minor, *_ = (*map(int, re.findall(r"\d+", version)), 0, 0)
    return major, minor


# The lock


@dataclass(frozen=True)
class LockedUv:
    """The version of uv in the lock, and the SHA-256 of each of its files."""

    version: str
    hashes: frozenset[str]


def locked_uv(lock: Path) -> LockedUv:
    """Return the version and hashes of uv; raise SetupError where the lock has none."""
    found = re.search(r"^uv==(\S+).*(?:\n    .*)*", lock.read_text(), re.MULTILINE)
    if not found:
        raise SetupError(f"{lock.name} does not name uv, so it cannot be downloaded. Install uv and run make lock.")
    return LockedUv(found[1], frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", found[0])))


# The fetch


def fetch_uv(locked: LockedUv, program: Path, environ: Mapping[str, str]) -> None:
    """Make uv the file `program`, from the first source that has the locked wheel for this platform."""
    pages = package_sources(environ).pages
    reasons = [] if pages else [NO_SOURCE]
    for page in pages:
        try:
            wheel = wheel_from(page, locked, connection_options(environ))
        except SetupError as error:
            reasons.append(str(error))
        else:
            return unpack(wheel, program)
    raise SetupError("\n".join([f"uv {locked.version} could not be downloaded.", *reasons, WITHOUT_FETCHING]))


def wheel_from(page: str, locked: LockedUv, connection: Connection) -> bytes:
    """Return the locked wheel for this platform that a page links to."""
    with explained(without_credentials(page)):
        client = opener(page, connection)
    here = this_platform()
    for link in links(client, without_credentials(page)):
        name = unquote(urlsplit(link).path.rpartition("/")[2])
        if name.startswith(f"uv-{locked.version}-") and name.endswith(".whl") and here.runs(name):
            return checked(read(client, link)[0], link, locked)
    raise SetupError(
        f"{without_credentials(page)} has no uv {locked.version} for this platform "
        f"({here.family} {'.'.join(map(str, here.version))}, {here.machine})."
    )


def checked(wheel: bytes, link: str, locked: LockedUv) -> bytes:
    digest = hashlib.sha256(wheel).hexdigest()
    if digest not in locked.hashes:
        raise SetupError(
            f"{without_credentials(link)} is not the locked file: its SHA-256, {digest}, is not in the lock file. "
            "It was discarded. Use another index, or report this to the operators of this one."
        )
    return wheel


def unpack(wheel: bytes, program: Path) -> None:
    """Write uv beside its place and rename it, so that half of it is never run."""
    with ZipFile(BytesIO(wheel)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        content = archive.read(name)
    unfinished = program.with_name("uv.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.chmod(0o755)
        unfinished.replace(program)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise SetupError(
            f"uv could not be written to {program}: {error.strerror}. It needs {len(content) // 10**6 + 1} MB there; "
            "correct this and run the same command again."
        ) from error


# Pages of links


class LinkParser(HTMLParser):
    """A reader of the links in a page of HTML, relative to its base element if it has one."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.base = address
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href")
        if target and tag == "base":
            self.base = urljoin(self.base, target)
        elif target and tag == "a":
            self.links.append(urljoin(self.base, target))


def links(client: OpenerDirector, page: str) -> list[str]:
    """Return the addresses of the files that a folder or an index's page (PEP 503 or PEP 691) lists."""
    if (folder := local_folder(page)) and not (folder / "index.html").exists():
        return [file.as_uri() for file in folder.glob("*")]
    body, kind, address = read(client, (folder / "index.html").as_uri() if folder else page)
    found = links_in(body.decode(errors="replace"), kind, address)
    # A page from the network does not make us open files of this machine.
    return [link for link in found if page.startswith("file:") or urlsplit(link).scheme in {"http", "https"}]


def links_in(text: str, kind: str, address: str) -> list[str]:
    if kind == JSON:
        try:
            return [urljoin(address, file["url"]) for file in json.loads(text)["files"]]
        except (ValueError, KeyError, TypeError) as error:
            raise SetupError(f"{address} did not answer as a package index ({error}). {NO_INDEX}") from error
    parser = LinkParser(address)
    parser.feed(text)
    return parser.links


def local_folder(page: str) -> Path | None:
    """Return the folder that a file:// address names."""
    parts = urlsplit(page)
    return Path(unquote(parts.path)) if parts.scheme == "file" and Path(unquote(parts.path)).is_dir() else None


# The network


def opener(page: str, connection: Connection) -> OpenerDirector:
    """Return a client for one source, which sends its name and password to that host alone, by that scheme alone."""
    parts = urlsplit(page)
    passwords = HTTPPasswordMgrWithPriorAuth()
    account = credentials(page)
    if account:
        host = f"{parts.scheme}://{parts.hostname}:{parts.port or {'http': 80}.get(parts.scheme, 443)}/"
        passwords.add_password(None, host, *account, is_authenticated=True)
    proxies = {"http": connection.proxy, "https": connection.proxy} if connection.proxy else {}
    client = urllib.request.build_opener(
        ProxyHandler(proxies | urllib.request.getproxies()),
        HTTPSHandler(context=tls_context(page, connection, secret=bool(account))),
        HTTPBasicAuthHandler(passwords),
    )
    client.addheaders = [("User-Agent", "broadsheet-setup"), ("Accept", FORMATS)]
    return client


def tls_context(page: str, connection: Connection, *, secret: bool) -> ssl.SSLContext:
    """Return a context that verifies the host, unless it is a trusted one or the machine has no authorities."""
    host = urlsplit(page)
    try:
        context = ssl.create_default_context(cafile=connection.authorities or None)
    except OSError as error:
        raise SetupError(
            f"The certificates in {connection.authorities} cannot be read ({error}). {UNTRUSTED}"
        ) from error
    trusted = {host.hostname, host.netloc.rpartition("@")[2]} & {*connection.trusted_hosts}
    if trusted or not (connection.authorities or machine_has_authorities()):
        if secret and not trusted and host.scheme == "https":
            raise SetupError(f"{without_credentials(page)} {UNVERIFIABLE}")
        # A bare Debian has no authorities. A false host can only send the file whose SHA-256 is in the lock, and learns
        # only that uv was asked for. Everything else is fetched by uv, which has authorities of its own (ADR 2).
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def credentials(page: str) -> tuple[str, str] | None:
    """Return the name and password for a page: those in its address, or else those of ~/.netrc for its host."""
    parts = urlsplit(page)
    if parts.username:
        return unquote(parts.username), unquote(parts.password or "")
    try:
        account = netrc.netrc().authenticators(parts.hostname or "")
    except (OSError, netrc.NetrcParseError):
        return None
    return (account[0], account[2] or "") if account else None


def without_credentials(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def read(client: OpenerDirector, address: str) -> tuple[bytes, str, str]:
    """Return what an address answers: all of it or a SetupError, its media type, and the address after redirects."""
    with explained(without_credentials(address)), client.open(without_credentials(address), timeout=SECONDS) as answer:
        return answer.read(), answer.headers.get_content_type(), answer.url


@contextmanager
def explained(address: str) -> Iterator[None]:
    """Turn whatever the network raises into a sentence that says what to do."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        advice = NO_ACCESS if error.code in {401, 403} else NO_INDEX
        raise SetupError(f"{address} answered {error.code} {error.reason}. {advice}") from error
    except http.client.IncompleteRead as error:
        raise SetupError(f"{address} was cut off after {len(error.partial)} bytes. Try again.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise SetupError(f"{address} cannot be read ({reason}). {advice_on(reason, address)}") from error


def advice_on(reason: object, address: str) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return UNTRUSTED
    return NO_FILE if address.startswith("file:") else NO_NETWORK
