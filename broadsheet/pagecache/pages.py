"""A baked page, what it is called on the disk, and how it comes to lie there."""

import gzip
import os
import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import brotli
import zstandard

LONGEST_NAME = 200  # bytes; file systems allow 255, and the compressed copies' names are longer
LONGEST_PATH = 1000
SMALLEST_WORTH_COMPRESSING = 400  # bytes
COMPRESSED = (
    "text/",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/json",
    "image/svg",
)
# Encodings, the one that packs best first, with the ending of their file. The figures are in ADR 17.
# Levels: the page is compressed while somebody waits for it.
ENCODINGS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
INDEXES = ("index.html", "index.xml")
SECOND = 10**9  # nanoseconds


@dataclass(frozen=True)
class Page:
    """One answer that is the same for everybody."""

    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    keys: frozenset[str] = field(default_factory=frozenset)
    made: float = field(default_factory=time.time)  # seconds since the epoch
    until: float | None = None  # the same; None for as long as nobody purges it

    @property
    def content_type(self) -> str:
        """As the answer's header says, without its parameters."""
        named = {name.lower(): value for name, value in self.headers}
        return named.get("content-type", "").partition(";")[0].strip().lower()

    def bodies(self) -> dict[str, bytes]:
        """The body by encoding; "identity" is the body as it is."""
        bodies = {"identity": self.body}
        if self.content_type.startswith(COMPRESSED) and len(self.body) >= SMALLEST_WORTH_COMPRESSING:
            bodies["br"] = brotli.compress(self.body, quality=5)
            bodies["zstd"] = zstandard.compress(self.body, level=9)
            bodies["gzip"] = gzip.compress(self.body, compresslevel=6, mtime=0)
        return bodies


def digest_of(body: bytes) -> str:
    """What tells a body from every other, for its ETag and to notice damage."""
    return sha256(body).hexdigest()


def names_of(path: str) -> tuple[str, ...]:
    """Where the page of a path may lie beneath the folder, without the leading slash; nothing for paths never baked.

    /2019/03/28/dredger/ → 2019/03/28/dredger/index.html, or index.xml for a feed; /robots.txt → robots.txt.
    """
    parts = path.split("/")
    if parts[0] or len(path) > LONGEST_PATH or not all(map(_is_plain, parts[1:-1])):
        return ()
    beneath = "/".join(parts[1:-1])
    if not parts[-1]:
        return tuple(f"{beneath}/{name}".lstrip("/") for name in INDEXES)
    return (path[1:],) if _is_plain(parts[-1]) and parts[-1] not in INDEXES else ()


def name_of(page: Page) -> str:
    """Where this page lies; empty for one that has no place."""
    names = names_of(page.path)
    if len(names) == len(INDEXES):
        kind = page.content_type
        return names[0] if kind == "text/html" else names[1] if kind.endswith("xml") else ""
    return names[0] if names else ""


def path_of(name: str) -> str:
    """The path of the page that lies there."""
    beneath, _, last = name.rpartition("/")
    return f"/{beneath}/".replace("//", "/") if last in INDEXES else f"/{name}"


def put(file: Path, body: bytes) -> None:
    """Writes beside the place and then moves into it: nobody ever reads half a page.

    Two files may get the same number from the disk one after the other, and the same time: clocks are coarse, and are
    set back. So the part of the time below a second is drawn by lot.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(body)
        second = time.time_ns() // SECOND * SECOND
        os.utime(beside, ns=(second, second + secrets.randbelow(SECOND)))
        beside.replace(file)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _is_plain(part: str) -> bool:
    """Whether a part of a path can be the name of a file or folder, and nothing but that, everywhere."""
    short = 0 < len(part.encode(errors="surrogateescape")) <= LONGEST_NAME
    return (
        short
        and part.isprintable()
        and "\\" not in part
        and not part.startswith(".")
        and not part.endswith(tuple(ENCODINGS.values()))
    )
