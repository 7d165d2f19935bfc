"""The environ of PEP 3333, from the scope of RSGI."""

import re
import sys
from functools import lru_cache
from typing import IO, Any

from broadsheet.gateway.responses import FileBody
from broadsheet.gateway.rsgi import Scope

CGI_NAMES = {"CONTENT_TYPE", "CONTENT_LENGTH"}  # PEP 3333: without HTTP_
SEPARATORS = {"HTTP_COOKIE": "; "}  # RFC 9113, 8.2.3; of all other headers a comma
# Forms are in the encoding of their page. Another one is a mistake, and may be one that is not of text, such as "hex".
CHARSET = re.compile(r';\s*charset\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)
PROTOCOLS = {"1": "HTTP/1.0"}


def is_for_one_host(scope: Scope) -> bool:
    """Return whether a request names one host. Without any, it is one only before HTTP/1.1 (RFC 9112, 3.2)."""
    hosts = len(scope.headers.get_all("host"))
    return hosts == 1 or (hosts == 0 and (bool(scope.authority) or scope.http_version in PROTOCOLS))


def environ_of(scope: Scope) -> dict[str, Any]:
    """Return the environ of a request, without its body."""
    server, _, port = scope.server.rpartition(":")
    client, _, _ = scope.client.rpartition(":")
    environ = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": latin1_path(scope.path),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": PROTOCOLS.get(scope.http_version, "HTTP/1.1"),
        "SERVER_SOFTWARE": "Broadsheet",
        "REMOTE_ADDR": client.strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": FileBody,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = environ_name(name)
        if key == "CONTENT_TYPE":
            value = CHARSET.sub("", value)  # noqa: PLW2901
        if key:
            environ[key] = f"{environ[key]}{SEPARATORS.get(key, ',')}{value}" if key in environ else value
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority  # of a target in absolute form, whose host counts (RFC 9112, 3.2.2)
    return environ


def essentials_of(scope: Scope) -> dict[str, Any]:
    """Return the part of the environ that the response from memory depends on."""
    header = scope.headers.get
    environ = {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": latin1_path(scope.path),
        "QUERY_STRING": scope.query_string,
        "HTTP_HOST": scope.authority or header("host", ""),
        "HTTP_ACCEPT_ENCODING": header("accept-encoding", ""),
    }
    if condition := header("if-none-match"):
        environ["HTTP_IF_NONE_MATCH"] = condition
    return environ


def set_body(environ: dict[str, Any], body: IO[bytes], length: int) -> None:
    """Add a complete body to the environ; it no longer arrives in chunks, if it did."""
    environ["wsgi.input"] = body
    environ["CONTENT_LENGTH"] = str(length)
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def latin1_path(path: str) -> str:
    """Return a path as PEP 3333 has it: the bytes of its UTF-8 form, each as a character."""
    return path if path.isascii() else path.encode().decode("latin-1")


@lru_cache(500)
def environ_name(header: str) -> str:
    """Return the name of a header in the environ; empty for a header with "_", which could pass for another one."""
    if "_" in header:
        return ""
    name = header.upper().replace("-", "_")
    return name if name in CGI_NAMES else f"HTTP_{name}"
