"""How fast readers get a baked article: from the paper itself, and from nginx before it, each against nginx alone."""

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import Load, Target, alternating, median_rate, median_ratio
from bench.nginx import nginx
from bench.rows import Row
from bench.serving import ROOT, Paper, demo_paper, served
from tools.ports import free_port

NAME = "front"
ROUNDS, SECONDS, CONNECTIONS = 5, 3, 16
ENCODINGS = {"identity": "", "gzip": ".gz"}  # with the endings of their files
PLAIN = """
server {{
    listen 127.0.0.1:{port};
    root {folder};
    gzip_static on;
    types {{ text/html html; }}
}}
"""
CERTIFICATE = re.compile(r"^ *(ssl_certificate|listen \[::\]).*\n", re.MULTILINE)


def run() -> list[Row]:
    """Serves one article in three ways at once and loads them in turn, first unpacked and then packed."""
    with demo_paper() as paper, served(paper) as running, TemporaryDirectory(prefix="broadsheet-bench-") as root:
        path = f"/{paper.fact('longest_article')}/"
        lay(Path(root), path, {encoding: body_of(running.address + path, encoding) for encoding in ENCODINGS})
        with plain_nginx(Path(root)) as plain, our_nginx(paper, running.port) as before:
            addresses = {"nginx": plain, "paper": running.address, "before": before}
            return [row for encoding in ENCODINGS for row in _measured(addresses, path, encoding)]


def lay(root: Path, path: str, bodies: dict[str, bytes]) -> None:
    """Puts a page where a web server looks for it, each encoding beside the other."""
    folder = root / path.strip("/")
    folder.mkdir(parents=True)
    for encoding, body in bodies.items():
        (folder / f"index.html{ENCODINGS[encoding]}").write_bytes(body)


def _measured(addresses: dict[str, str], path: str, encoding: str) -> Iterator[Row]:
    targets = {name: Target(f"{one}{path}", (f"Accept-Encoding: {encoding}",)) for name, one in addresses.items()}
    bodies = {body_of(target.address, encoding) for target in targets.values()}
    assert len(bodies) == 1, "the servers do not answer with the same bytes"
    size = f"{len(bodies.pop()) / 1000:.0f} kB, {'unpacked' if encoding == 'identity' else encoding}"
    loads = alternating(targets, rounds=ROUNDS, seconds=SECONDS, connections=CONNECTIONS)
    yield from rows(size, loads)


def rows(size: str, loads: dict[str, list[Load]]) -> Iterator[Row]:
    """The figures of one encoding."""
    paper, plain, before = (median_rate(loads[name]) for name in ("paper", "nginx", "before"))
    slowest = max(load.p99 for load in loads["paper"])
    minute = f"a machine like this serves {paper * 60:,.0f} article pages a minute by itself"
    yield Row(f"baked article, {size}, from the paper", paper, "/s", meaning=minute)
    yield Row("… 99 of 100 readers wait at most", slowest, "ms", meaning="the worst of the rounds, 16 readers at once")
    yield Row("… from nginx alone, the same bytes", plain, "/s", meaning="what this machine can do at all")
    ratio = median_ratio(loads["paper"], loads["nginx"])
    yield Row("… paper to nginx alone", ratio, "×", ">= 0.55", "no web server is needed in front")
    yield Row("… from nginx before the paper", before, "/s", meaning="with docs/how-to/nginx.conf, without TLS")
    ratio = median_ratio(loads["before"], loads["nginx"])
    yield Row("… nginx before the paper to nginx alone", ratio, "×", ">= 0.9", "who has one loses nothing by it")


def body_of(address: str, encoding: str) -> bytes:
    """What a server answers, as it is on the wire; it must be in the encoding that was asked for."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": encoding})  # noqa: S310 - one of our own
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        body: bytes = answer.read()
        assert answer.headers.get("Content-Encoding", "identity") == encoding, address
    assert body, address
    return body


@contextmanager
def plain_nginx(root: Path) -> Iterator[str]:
    """nginx as Debian sets it up, with nothing but a folder of files."""
    port = free_port()
    with nginx(PLAIN.format(port=port, folder=root), port=port) as address:
        yield address


@contextmanager
def our_nginx(paper: Paper, behind: int) -> Iterator[str]:
    """nginx before a paper as docs/how-to/nginx.conf says, without TLS, which the others here have not either."""
    port = free_port()
    written = (ROOT / "docs/how-to/nginx.conf").read_text()
    servers = CERTIFICATE.sub("", written).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    servers = servers.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    servers = servers.replace("/var/lib/broadsheet/paper", str(paper.folder))
    servers = servers.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    with nginx(servers, port=port) as address:
        yield address
