"""Reads QR symbols as a telephone does, but from clean pictures: ISO/IEC 18004, level M, versions 1 to 13, bytes.

From a drawing (SVG) or from pixels to modules, and from modules to the text. Damage is found, not repaired.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from lxml import etree
from PIL import Image

Modules = list[list[bool]]  # row by row, dark is true, without the quiet zone
QUIET = 4
LEVEL_M = 0b00

# For each version: error correction codewords of a block, and the data codewords of every block.
BLOCKS: dict[int, tuple[int, list[int]]] = {
    1: (10, [16]),
    2: (16, [28]),
    3: (26, [44]),
    4: (18, [32] * 2),
    5: (24, [43] * 2),
    6: (16, [27] * 4),
    7: (18, [31] * 4),
    8: (22, [38] * 2 + [39] * 2),
    9: (22, [36] * 3 + [37] * 2),
    10: (26, [43] * 4 + [44]),
    11: (30, [50] + [51] * 4),
    12: (22, [36] * 6 + [37] * 2),
    13: (22, [37] * 8 + [38]),
}
MASKS: list[Callable[[int, int], int]] = [
    lambda row, column: (row + column) % 2,
    lambda row, column: row % 2,
    lambda row, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
]


# From a picture to modules -------------------------------------------------------------------------------------------


def drawn(svg: str) -> Modules:
    """The modules of a drawing that is one light square and one path of dark strokes, a module thick."""
    light, dark = etree.fromstring(svg.encode()).iter("{*}path")
    square = re.fullmatch(r"M0 0h(\d+)v\1h-\1z", str(light.attrib["d"]))
    assert square, "the light square does not cover the quiet zone"
    assert (light.attrib["fill"], dark.attrib["stroke"]) == ("#fff", "#000")
    size = int(square[1]) - 2 * QUIET
    modules = [[False] * size for _ in range(size)]
    for row, start, length in _strokes(str(dark.attrib["d"])):
        assert min(row, start) >= 0, "something is drawn into the quiet zone"
        modules[row][start : start + length] = [True] * length
    assert {len(row) for row in modules} == {size}, "something is drawn beyond the edge"
    return modules


def _strokes(path: str) -> Iterator[tuple[int, int, int]]:
    """Row, first module and length of each stroke of a path that knows only M, m and h."""
    across = down = 0.0
    for command, written in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        numbers = [float(number) for number in written.split()]
        if command == "h":
            yield int(down) - QUIET, int(across) - QUIET, int(numbers[0])
        assert command in "Mmh", command
        start = (0.0, 0.0) if command == "M" else (across, down)
        across, down = start[0] + numbers[0], start[1] + sum(numbers[1:])


def photographed(picture: bytes, *, size: int) -> Modules:
    """The modules of a screenshot that the symbol fills with its quiet zone: whether their middles are dark."""
    grey = Image.open(BytesIO(picture)).convert("L")
    step = grey.width / (size + 2 * QUIET)
    middles = [int((place + QUIET + 0.5) * step) for place in range(size)]
    brightness = grey.tobytes()
    return [[brightness[row * grey.width + column] < 128 for column in middles] for row in middles]


# From modules to the text --------------------------------------------------------------------------------------------


def text_of(modules: Modules) -> str:
    """What the symbol says; fails if a single module of its data, its correction or its format is wrong."""
    version = (len(modules) - 17) // 4
    level, mask = _format(modules)
    assert level == LEVEL_M
    stream = "".join(f"{word:08b}" for word in _dealt(_codewords(modules, MASKS[mask]), *BLOCKS[version]))
    mode, rest = stream[:4], stream[4:]
    assert mode == "0100", "the symbol is not in bytes"
    width = 8 if version < 10 else 16
    length = int(rest[:width], 2)
    content, end = rest[width : width + 8 * length], rest[width + 8 * length :]
    assert not end[:4].strip("0"), "something follows the text"
    return int(content, 2).to_bytes(length, "big").decode()


def _format(modules: Modules) -> tuple[int, int]:
    """Level of correction and number of the mask, written twice with ten bits that guard them."""
    last = len(modules) - 1
    beside = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(last - up, 8) for up in range(7)] + [(8, last - 7 + right) for right in range(8)]
    first, second = (sum(modules[row][col] << 14 - n for n, (row, col) in enumerate(at)) for at in (beside, apart))
    assert first == second
    found = (first ^ 0b101010000010010) >> 10
    remainder = found << 10
    for bit in range(14, 9, -1):
        remainder ^= (remainder >> bit & 1) * (0b10100110111 << bit - 10)
    assert found << 10 | remainder == first ^ 0b101010000010010
    return found >> 3, found & 0b111


def _codewords(modules: Modules, mask: Callable[[int, int], int]) -> list[int]:
    """The codewords as they are laid out, two columns at a time, up and down, from the lower right."""
    size = len(modules)
    columns = [column for column in range(size - 1, -1, -1) if column != 6]
    bits = ""
    for turn, pair in enumerate(zip(columns[::2], columns[1::2], strict=True)):
        for row in range(size) if turn % 2 else range(size - 1, -1, -1):
            places = [(row, column) for column in pair if not _is_fixed(row, column, size)]
            bits += "".join(str(int(modules[row][column] ^ (mask(row, column) == 0))) for row, column in places)
    return [int(bits[start : start + 8], 2) for start in range(0, len(bits) - 7, 8)]


def _is_fixed(row: int, column: int, size: int) -> bool:
    """Whether the place belongs to a pattern, to the format or to the version, and carries no codeword."""
    far = size - 8
    corner = (row < 9 and (column < 9 or column >= far)) or (row >= far and column < 9)
    told_version = size >= 45 and (min(row, column) < 6 and max(row, column) >= size - 11)
    return corner or told_version or 6 in {row, column} or _is_aligning(row, column, size)


def _is_aligning(row: int, column: int, size: int) -> bool:
    """Whether the place is in one of the small squares: none in version 1, from version 7 on with some halfway."""
    last = size - 7
    lines = [] if size == 21 else [6, last] if size < 45 else [6, size // 2, last]
    centres = {(down, across) for down in lines for across in lines} - {(6, 6), (6, last), (last, 6)}
    return any(abs(row - down) <= 2 and abs(column - across) <= 2 for down, across in centres)


def _dealt(words: Sequence[int], correction: int, lengths: Sequence[int]) -> list[int]:
    """The data of all blocks in order, dealt out again as they were shuffled; each block proves to be whole."""
    blocks: list[list[int]] = [[] for _ in lengths]
    turns = [n for place in range(max(lengths)) for n, length in enumerate(lengths) if place < length]
    turns += list(range(len(lengths))) * correction
    for block, word in zip(turns, words, strict=True):
        blocks[block].append(word)
    assert all(_is_whole(block, correction) for block in blocks)
    return [word for block, length in zip(blocks, lengths, strict=True) for word in block[:length]]


def _is_whole(block: Sequence[int], correction: int) -> bool:
    """Whether the block, as a polynomial over GF(256), is zero at the first powers of two: Reed and Solomon's check."""
    at = 1
    for _ in range(correction):
        total = 0
        for word in block:
            total = _product(total, at) ^ word
        if total:
            return False
        at = _product(at, 2)
    return True


def _product(one: int, other: int) -> int:
    """Multiplies in GF(256) with the polynomial of QR symbols."""
    total = 0
    while other:
        total ^= one * (other & 1)
        one, other = (one << 1) ^ (0x11D if one & 0x80 else 0), other >> 1
    return total
