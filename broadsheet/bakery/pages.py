"""A baked page, the names of its files, and how they are written."""

import gzip
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import brotli
import zstandard

MAX_SEGMENT = 200  # bytes of one part of a path; file systems allow 255, and compressed copies have longer names
MAX_PATH = 1000  # characters
MIN_COMPRESSED = 400  # bytes
COMPRESSED_TYPES = (
    "text/",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/json",
    "image/svg",
)
# Content codings, the best compression first, with the suffix of their file. The figures are in ADR 17.
# Levels: the page is compressed while the reader waits for it.
ENCODINGS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
INDEX_FILES = ("index.html", "index.xml")
BLOCK = 4096  # bytes; file systems allocate no less for a file or a folder
SECOND = 10**9  # nanoseconds


@dataclass(frozen=True)
class Page:
    """A response that is the same for every reader.

    `rendered_at` and `expires_at` are seconds since the epoch; without `expires_at` a page is fresh until it is purged.
    """

    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    keys: frozenset[str] = field(default_factory=frozenset)
    rendered_at: float = field(default_factory=time.time)
    expires_at: float | None = None

    @property
    def content_type(self) -> str:
        """The media type in lower case, without its parameters; empty without the header."""
        headers = {name.lower(): value for name, value in self.headers}
        return headers.get("content-type", "").partition(";")[0].strip().lower()

    def encoded_bodies(self) -> dict[str, bytes]:
        """Return the body by content coding; "identity" is the body as it was rendered."""
        bodies = {"identity": self.body}
        if self.content_type.startswith(COMPRESSED_TYPES) and len(self.body) >= MIN_COMPRESSED:
            bodies["br"] = brotli.compress(self.body, quality=5)
            bodies["zstd"] = zstandard.compress(self.body, level=9)
            bodies["gzip"] = gzip.compress(self.body, compresslevel=6, mtime=0)
        return bodies


def digest_of(body: bytes) -> str:
    """Return the SHA-256 digest in hexadecimal: it makes the ETag, and reveals damaged files."""
    return sha256(body).hexdigest()


def file_names(path: str) -> tuple[str, ...]:
    """Return the names that the file of a path may have beneath the folder of pages; none for a path never baked.

    /2019/03/28/dredger/ → 2019/03/28/dredger/index.html, or index.xml for a feed; /robots.txt → robots.txt.
    """
    parts = path.split("/")
    if parts[0] or len(path) > MAX_PATH or not all(map(_is_safe_segment, parts[1:-1])):
        return ()
    folder = "/".join(parts[1:-1])
    if not parts[-1]:
        return tuple(f"{folder}/{name}".lstrip("/") for name in INDEX_FILES)
    return (path[1:],) if _is_safe_segment(parts[-1]) and parts[-1] not in INDEX_FILES else ()


def file_name(page: Page) -> str:
    """Return the name of a page's file beneath the folder of pages; empty if the page cannot be baked."""
    names = file_names(page.path)
    if len(names) == len(INDEX_FILES):
        content_type = page.content_type
        return names[0] if content_type == "text/html" else names[1] if content_type.endswith("xml") else ""
    return names[0] if names else ""


def disk_size(bodies: Mapping[str, bytes]) -> int:
    """Return the bytes that a page takes on the disk: whole blocks for each file, and one for their folder."""
    return BLOCK * (1 + sum(-(-len(body) // BLOCK) for body in bodies.values()))


def page_path(name: str) -> str:
    """Return the path of the page whose file has this name."""
    folder, _, last = name.rpartition("/")
    return f"/{folder}/".replace("//", "/") if last in INDEX_FILES else f"/{name}"


def write_atomically(file: Path, body: bytes) -> None:
    """Write a temporary file and move it into place, so that half a page is never read. Raises OSError."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_bytes(body)
        # Two files may get one inode number after the other, and the same time: clocks are coarse, and are set back.
        # A random fraction of the second tells them apart.
        second = time.time_ns() // SECOND * SECOND
        os.utime(temporary, ns=(second, second + secrets.randbelow(SECOND)))
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _is_safe_segment(segment: str) -> bool:
    """Return whether part of a path can be the name of a file or folder, and no more than that, on every system."""
    short = 0 < len(segment.encode(errors="surrogateescape")) <= MAX_SEGMENT
    return (
        short
        and segment.isprintable()
        and "\\" not in segment
        and not segment.startswith(".")
        and not segment.endswith(tuple(ENCODINGS.values()))
    )
