"""The package index of this machine, read from the variables and files of uv and pip, and handed on to uv.

Only the standard library is used: this runs before anything is installed.
"""

import os
import re
import ssl
import sys
import tomllib
from collections.abc import Iterator, Mapping
from configparser import Error as ConfigParserError
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PUBLIC_INDEX = "https://pypi.org/simple"
PIP_CONF = Path("/etc/pip.conf")
AFFIRMATIVE = {"1", "true", "t", "yes", "y", "on"}


class SetupError(Exception):
    """The reason why the environment could not be made, in a sentence for the user."""


@dataclass(frozen=True)
class PackageSources:
    """The places to take packages from: simple indexes (PEP 503), and folders or pages of files."""

    index: str = ""
    extra_indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()

    @property
    def pages(self) -> list[str]:
        """Return the addresses that list the files of uv, files before indexes."""
        indexes = [index for index in (self.index, *self.extra_indexes) if index]
        return [*map(as_address, self.find_links), *(f"{as_address(index).rstrip('/')}/uv/" for index in indexes)]


@dataclass(frozen=True)
class Connection:
    """The certificate authorities, the proxy and the hosts trusted without a certificate, as pip knows them."""

    authorities: str = ""
    proxy: str = ""
    trusted_hosts: tuple[str, ...] = ()


def package_sources(environ: Mapping[str, str]) -> PackageSources:
    """Return the sources set for uv, else those set for pip, else the public index."""
    return sources_of_uv(environ) or sources_of_pip(environ) or PackageSources(PUBLIC_INDEX)


def connection_options(environ: Mapping[str, str]) -> Connection:
    """Return pip's options, unless the variables that OpenSSL and uv read name others."""
    options = pip_options(environ)
    authorities = "" if environ.keys() & {"SSL_CERT_FILE", "SSL_CERT_DIR"} else options.get("cert", "")
    trusted = environ.get("UV_INSECURE_HOST") or options.get("trusted-host", "")
    return Connection(authorities, options.get("proxy", ""), tuple(trusted.split()))


def machine_has_authorities() -> bool:
    """Return whether Python finds certificate authorities; a Debian without ca-certificates has none."""
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or bool(paths.capath and any(Path(paths.capath).iterdir()))


# For uv, which does not read pip's files


def uv_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv: this machine's authorities, proxy and index, unless uv is configured with others.

    A network with a certificate authority of its own is known to the machine's store but not to the one inside uv.
    """
    connection = connection_options(environ)
    offered = {
        "SSL_CERT_FILE": connection.authorities,
        "ALL_PROXY": connection.proxy,
        "UV_INSECURE_HOST": " ".join(connection.trusted_hosts),
        **index_variables(environ),
    }
    if connection.authorities or machine_has_authorities():
        offered |= {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    return {name: value for name, value in offered.items() if value} | dict(environ)


def index_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return pip's sources as variables for uv, or nothing if uv is configured with its own."""
    sources = None if sources_of_uv(environ) else sources_of_pip(environ)
    if sources is None:
        return {}
    return {
        "UV_DEFAULT_INDEX": sources.index,
        "UV_INDEX": " ".join(sources.extra_indexes),
        "UV_FIND_LINKS": ",".join(sources.find_links),
        # By default uv stops at the first index that has a package in any version, to prevent dependency confusion.
        # Here each file is pinned by its hash, so the right one may come from any index, as it does with pip.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def uv_flags(environ: Mapping[str, str]) -> list[str]:
    """Return the option for which uv has no variable."""
    return [] if package_sources(environ).index else ["--no-index"]


# uv's variables and files


def sources_of_uv(environ: Mapping[str, str]) -> PackageSources | None:
    """Return the sources named by uv's variables and uv.toml, or None where they name none."""
    options = uv_options(environ)
    index = environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL") or options.get("index-url", "")
    extra = [*environ.get("UV_INDEX", "").split(), *environ.get("UV_EXTRA_INDEX_URL", "").split()]
    extra = extra or options.get("extra-index-url", [])
    links = tuple(filter(None, environ.get("UV_FIND_LINKS", "").split(","))) or tuple(options.get("find-links", []))
    if options.get("no-index"):
        return PackageSources(find_links=links)
    if index or extra or links:
        return PackageSources(without_name(index or PUBLIC_INDEX), tuple(map(without_name, extra)), links)
    return None


def without_name(index: str) -> str:
    """Return the address of an index that may be written as name=address."""
    return re.sub(r"^[\w.-]+=(?=\w+://|/)", "", index)


def uv_options(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of uv.toml: the user's before the machine's, or those of the file that a variable names."""
    named = environ.get("UV_CONFIG_FILE")
    folders = [*system_folders(environ), user_folder(environ)]
    options: dict[str, Any] = {}
    for file in [Path(named)] if named else [folder / "uv/uv.toml" for folder in folders]:
        found = read_toml(file) if file.is_file() else {}
        options |= indexes_by_place(found.get("index", [])) | found | found.get("pip", {})
    return options


def indexes_by_place(indexes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return uv's list of indexes in the form of its older options."""
    default = [index["url"] for index in indexes if index.get("default")]
    extra = [index["url"] for index in indexes if not index.get("default")]
    return {**({"index-url": default[0]} if default else {}), **({"extra-index-url": extra} if extra else {})}


def read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise SetupError(f"{file} cannot be read ({error}). Correct it and run the same command again.") from error


# pip's variables and files


def sources_of_pip(environ: Mapping[str, str]) -> PackageSources | None:
    """Return the sources that replace the public index for pip, or None where the public index stays.

    Sources beside the public index are left out: it has all that is locked, and they may be out of reach today.
    """
    options = pip_options(environ)
    links = tuple(options.get("find-links", "").split())
    if options.get("no-index", "").lower() in AFFIRMATIVE:
        return PackageSources(find_links=links)
    if index := options.get("index-url"):
        return PackageSources(index, tuple(options.get("extra-index-url", "").split()), links)
    return None


def pip_options(environ: Mapping[str, str]) -> dict[str, str]:
    """Return pip's options for `pip install`, variables before files, as {"index-url": "https://…"}."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = option_name  # type: ignore[assignment,method-assign]
    try:
        parser.read(pip_files(environ))
    except (ConfigParserError, OSError, UnicodeDecodeError) as error:
        raise SetupError(f"pip's configuration cannot be read: {error}. Correct it and try again.") from error
    options: dict[str, str] = {}
    for section in ("global", "install"):
        options |= dict(parser[section]) if parser.has_section(section) else {}
    variables = {option_name(name): value for name, value in environ.items() if name.startswith("PIP_") and value}
    return options | variables


def option_name(name: str) -> str:
    return name.removeprefix("PIP_").lower().replace("_", "-")


def pip_files(environ: Mapping[str, str]) -> list[Path]:
    """Return pip's configuration files, the last one strongest; PIP_CONFIG_FILE=/dev/null means none at all."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    mac = Path("Library/Application Support/pip/pip.conf")
    return [
        Path("/") / mac,
        *(folder / "pip/pip.conf" for folder in system_folders(environ)),
        PIP_CONF,
        home(environ) / ".pip/pip.conf",
        home(environ) / mac,
        user_folder(environ) / "pip/pip.conf",
        Path(sys.base_prefix) / "pip.conf",
        *([Path(named)] if named else []),
    ]


# Folders and addresses


def home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())


def user_folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or home(environ) / ".config")


def system_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the machine's folders of configuration, the last one strongest."""
    folders = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    yield from (Path(folder) for folder in reversed(folders.split(":")) if folder)


def as_address(place: str) -> str:
    """Return an address for an index or folder that may be written as a path."""
    return place if "://" in place else Path(place).expanduser().absolute().as_uri()
