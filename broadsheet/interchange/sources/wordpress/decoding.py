"""Opens an export file and decodes it in chunks; files of other kinds are refused by their first bytes."""

import codecs
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from broadsheet.interchange.characters import without_forbidden
from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.records import Progress
from broadsheet.interchange.sources.wordpress.cdata import CdataRepair

CHUNK = 64 * 1024
HEAD = 64 * 1024
ADVICE = "Choose the .xml file that WordPress creates under Tools → Export."

_DECLARATION = re.compile(r"^(\s*)<\?xml\b[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SUPPORTED_ENCODINGS = re.compile(r"utf-8|ascii|iso8859|cp\d|koi8|gb|big5|euc|shift_jis|mac")
_COMPRESSED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_ROOT = re.compile(r"<rss\b[^>]*?(?=/?>)")
_INCOMPLETE_REFERENCE = re.compile(r"&[^;\s&<>]{0,11}$")
_WHITESPACE = "\ufeff \t\r\n"
_NAMESPACES = {
    "wp": "http://wordpress.org/export/1.2/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def decoded_chunks(path: Path, sections: CdataRepair, progress: Progress | None = None) -> Iterator[str]:
    """Yield the text of a file, repaired as far as a parser needs it; line numbers stay those of the file.

    `sections` repairs the CDATA sections on the way. `progress` is called with the bytes read and the bytes in all.
    Raises NotAnExport for a file that cannot be opened or does not begin like XML.
    """
    with _open(path) as file:
        yield from _repaired(_decoded(file, progress or _ignored), sections)


def _open(path: Path) -> BinaryIO:
    try:
        _check_is_file(path)
        return path.open("rb")
    except OSError as error:
        raise NotAnExport(
            f"{path.name} cannot be opened ({error.strerror}). Check that you have permission to read it."
        ) from error


def _ignored(_read: int, _total: int) -> None:
    return None


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise NotAnExport(f"{path.name or path} is a folder, not an export. {ADVICE}")
    if not path.exists():
        raise NotAnExport(f"There is no file {path.name}. {ADVICE}")
    if not path.is_file():
        raise NotAnExport(f"{path.name} is not a regular file. {ADVICE}")


def _decoded(file: BinaryIO, progress: Progress) -> Iterator[str]:
    total = os.fstat(file.fileno()).st_size
    head = file.read(HEAD)
    _check_is_text(head)
    decoder = codecs.getincrementaldecoder(_encoding(head))(errors="replace")
    chunk = head
    while chunk:
        yield decoder.decode(chunk)
        progress(file.tell(), total)
        chunk = file.read(CHUNK)
    yield decoder.decode(b"", final=True)


def _repaired(chunks: Iterator[str], sections: CdataRepair) -> Iterator[str]:
    """Yield the chunks without forbidden characters; a reference cut in two by the end of a chunk is joined first."""
    first, pending = True, ""
    for chunk in chunks:
        joined = pending + chunk
        incomplete = _INCOMPLETE_REFERENCE.search(joined[-12:])
        pending = incomplete[0] if incomplete else ""
        text = without_forbidden(joined[: len(joined) - len(pending)])
        yield sections.repair(_repaired_prolog(text) if first else text)
        first = False
    yield sections.repair(without_forbidden(pending)) + sections.flush()


def _check_is_text(head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise NotAnExport(f"The file is empty. {ADVICE}", line=1)
    for magic, name in _COMPRESSED.items():
        if head.startswith(magic):
            raise NotAnExport(
                f"The file is compressed with {name}. Decompress it first, then import the .xml file inside."
            )
    if b"\x00" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotAnExport(f"The file is binary, not text. {ADVICE}")


def _encoding(head: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    declared = _DECLARED_ENCODING.match(head)
    return _supported_encoding(declared[1].decode()) if declared else "utf-8"


def _supported_encoding(declared: str) -> str:
    """Return the codec of a declared encoding; UTF-8 where its name is unknown or cannot be that of the file."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return "utf-8"
    return name if _SUPPORTED_ENCODINGS.match(name) else "utf-8"


def _repaired_prolog(text: str) -> str:
    start = text.lstrip(_WHITESPACE)
    text = text[: len(text) - len(start)].replace("\ufeff", "") + start
    _check_is_xml(text)
    return _ROOT.sub(_with_namespaces, _DECLARATION.sub(r"\1", text, count=1), count=1)


def _check_is_xml(text: str) -> None:
    start = text.lstrip()
    line = text[: len(text) - len(start)].count("\n") + 1
    if start[:1] in {"{", "["}:
        raise NotAnExport(f"This is JSON, not a WordPress export. {ADVICE}", line=line)
    if re.match(r"<!doctype\s+html|<html", start, re.IGNORECASE):
        raise NotAnExport(f"This is a web page, not a WordPress export. {ADVICE}", line=line)
    if not start.startswith("<"):
        raise NotAnExport(f"This is not XML: it does not begin with '<'. {ADVICE}", line=line)


def _with_namespaces(match: re.Match[str]) -> str:
    """Declare the namespaces that the root lacks, so that the parser need not repair millions of elements."""
    missing = [f' xmlns:{name}="{uri}"' for name, uri in _NAMESPACES.items() if f"xmlns:{name}=" not in match[0]]
    return match[0] + "".join(missing)
