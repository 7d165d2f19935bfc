"""Opens an export file and gives it out in pieces of sound text; refuses here what is plainly something else."""

import codecs
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.wordpress.cdata import CdataMender
from broadsheet.interchange.wordpress.characters import without_forbidden

PIECE = 64 * 1024
HEAD = 64 * 1024
ADVICE = "Choose the .xml file that WordPress makes under Tools, Export."

Progress = Callable[[int, int], object]

_DECLARATION = re.compile(r"^(\s*)<\?xml\b[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BYTEWISE = re.compile(r"utf-8|ascii|iso8859|cp\d|koi8|gb|big5|euc|shift_jis|mac")
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_ROOT = re.compile(r"<rss\b[^>]*?(?=/?>)")
_HANGING = re.compile(r"&[^;\s&<>]{0,11}$")
_BLANK = "\ufeff \t\r\n"
_KNOWN_PREFIXES = {
    "wp": "http://wordpress.org/export/1.2/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def read_pieces(path: Path, sections: CdataMender, progress: Progress | None = None) -> Iterator[str]:
    """Yields the file's text, made fit for a parser, and tells `progress` the bytes read and the bytes in all.

    `sections` mends the text on its way and counts its items. Line numbers stay those of the file.
    Raises NotAnExport for what cannot be opened or is no XML by its first bytes.
    """
    with _opened(path) as file:
        yield from _mended(_decoded(file, progress or _untold), sections)


def _opened(path: Path) -> BinaryIO:
    try:
        _check_is_file(path)
        return path.open("rb")
    except OSError as error:
        raise NotAnExport(f"{path.name} cannot be opened ({error.strerror}). See that you may read it.") from error


def _untold(_read: int, _total: int) -> None:
    return None


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise NotAnExport(f"{path.name or path} is a folder, not an export. {ADVICE}")
    if not path.exists():
        raise NotAnExport(f"There is no file {path.name}. {ADVICE}")
    if not path.is_file():
        raise NotAnExport(f"{path.name} is no ordinary file. {ADVICE}")


def _decoded(file: BinaryIO, progress: Progress) -> Iterator[str]:
    total = os.fstat(file.fileno()).st_size
    head = file.read(HEAD)
    _check_is_text(head)
    decoder = codecs.getincrementaldecoder(_encoding(head))(errors="replace")
    yield from _texts(file, head, decoder, lambda read: progress(read, total))


def _texts(
    file: BinaryIO, head: bytes, decoder: codecs.IncrementalDecoder, told: Callable[[int], object]
) -> Iterator[str]:
    piece = head
    while piece:
        yield decoder.decode(piece)
        told(file.tell())
        piece = file.read(PIECE)
    yield decoder.decode(b"", final=True)


def _mended(texts: Iterator[str], sections: CdataMender) -> Iterator[str]:
    """Drops what XML forbids, also where a reference to it lies across two pieces."""
    first, hanging = True, ""
    for text in texts:
        joined = hanging + text
        cut = _HANGING.search(joined[-12:])
        hanging = cut[0] if cut else ""
        sound = without_forbidden(joined[: len(joined) - len(hanging)])
        yield sections.mended(_prolog_mended(sound) if first else sound)
        first = False
    yield sections.mended(without_forbidden(hanging)) + sections.rest()


def _check_is_text(head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise NotAnExport(f"The file is empty. {ADVICE}", line=1)
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            raise NotAnExport(f"The file is packed with {name}. Unpack it first and import the .xml file inside.")
    if b"\x00" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotAnExport(f"The file is binary, not text. {ADVICE}")


def _encoding(head: bytes) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    declared = _DECLARED_ENCODING.match(head)
    return _known_encoding(declared[1].decode()) if declared else "utf-8"


def _known_encoding(declared: str) -> str:
    """Gives the codec of a byte-wise encoding; anything else that is declared can only be a slip."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return "utf-8"
    return name if _BYTEWISE.match(name) else "utf-8"


def _prolog_mended(text: str) -> str:
    begin = text.lstrip(_BLANK)
    text = text[: len(text) - len(begin)].replace("\ufeff", "") + begin
    _check_begins_as_markup(text)
    return _ROOT.sub(_with_known_prefixes, _DECLARATION.sub(r"\1", text, count=1), count=1)


def _check_begins_as_markup(text: str) -> None:
    begin = text.lstrip()
    line = text[: len(text) - len(begin)].count("\n") + 1
    if begin[:1] in {"{", "["}:
        raise NotAnExport(f"This is JSON, not a WordPress export. {ADVICE}", line=line)
    if re.match(r"<!doctype\s+html|<html", begin, re.IGNORECASE):
        raise NotAnExport(f"This is a web page, not a WordPress export. {ADVICE}", line=line)
    if not begin.startswith("<"):
        raise NotAnExport(f"This is not XML: it does not begin with '<'. {ADVICE}", line=line)


def _with_known_prefixes(match: re.Match[str]) -> str:
    """Declares what the root forgot, so that millions of elements need not be mended one by one."""
    missing = [f' xmlns:{name}="{uri}"' for name, uri in _KNOWN_PREFIXES.items() if f"xmlns:{name}=" not in match[0]]
    return match[0] + "".join(missing)
