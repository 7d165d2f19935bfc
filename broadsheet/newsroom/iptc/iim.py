"""IPTC's Information Interchange Model: the datasets that Photoshop's blocks of a picture carry."""

from collections.abc import Iterator

MAX_DATASETS = 2000
_BLOCK, _IIM = b"8BIM", b"\x04\x04"
_MARK = 0x1C
_EXTENDED = 0x8000
_CHARSET, _UTF_8 = (1, 90), b"\x1b%G"
Dataset = tuple[int, int]


def read_iim(photoshop: bytes) -> dict[Dataset, list[str]]:
    """Return the texts of the datasets in Photoshop's blocks, each by record and number, without damaged ones."""
    raw: dict[Dataset, list[bytes]] = {}
    for dataset, value in _datasets(b"".join(_iim_blocks(photoshop))):
        raw.setdefault(dataset, []).append(value)
    is_marked = _UTF_8 in raw.pop(_CHARSET, [])
    return {
        dataset: [_decoded(value, is_utf_8=is_marked) for value in values]
        for dataset, values in raw.items()
        if dataset[0] != 1
    }


def _iim_blocks(photoshop: bytes) -> Iterator[bytes]:
    """Yield the blocks of datasets; bytes that are no blocks of Photoshop are taken for datasets."""
    if not photoshop.startswith(_BLOCK):
        yield photoshop
        return
    at = 0
    while photoshop[at : at + 4] == _BLOCK:
        kind, name = photoshop[at + 4 : at + 6], photoshop[at + 6 : at + 7]
        if not name:
            return
        at += 6 + 1 + name[0] + (1 + name[0]) % 2
        length = int.from_bytes(photoshop[at : at + 4], "big")
        if kind == _IIM:
            yield photoshop[at + 4 : at + 4 + length]
        at += 4 + length + length % 2


def _datasets(block: bytes) -> Iterator[tuple[Dataset, bytes]]:
    at = 0
    for _ in range(MAX_DATASETS):
        if at + 5 > len(block) or block[at] != _MARK:
            return
        record, number, length = block[at + 1], block[at + 2], int.from_bytes(block[at + 3 : at + 5], "big")
        at += 5
        if length & _EXTENDED:
            width = length & ~_EXTENDED
            length, at = int.from_bytes(block[at : at + min(width, 4)], "big"), at + width
        yield (record, number), block[at : at + length]
        at += length


def _decoded(value: bytes, *, is_utf_8: bool) -> str:
    """Return the text, whose encoding programs often leave unmarked: UTF-8 where it is valid, otherwise Latin-1."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode(errors="replace") if is_utf_8 else value.decode("cp1252", errors="replace")
