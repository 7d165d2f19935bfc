"""The repository is the same wherever it lies: it knows no folder of one machine and no host of one network."""

import re
from pathlib import Path

import pytest

from tests.contracts.tree import short, tracked
from tools.package_index import PUBLIC_INDEX

# The folders where people and build machines keep their work, and an index of packages named by its address.
OF_ONE_MACHINE = re.compile(
    rb"""(?<![\w./~-])/(?:root|work|workspace|Users/\w+|home/\w+|mnt/\w+)/[\w.]
    |https?://[\w.:@-]+/(?:simple|pypi|artifactory|nexus|repository)\b
    |(?:--|\b)(?:extra-)?index-url[ =]+\S*://
    |\bregistry[ =]+\S*://""",
    re.VERBOSE,
)
BINARY = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".woff2", ".ico", ".gz", ".zip"}
SECRET = re.compile(rb"-----BEGIN (?:\w+ )?PRIVATE KEY-----|\b(?:ghp|gho|glpat|xox[bp]|AKIA)[-_]?[A-Za-z0-9]{16,}")


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix not in BINARY]


@pytest.mark.parametrize(
    "line",
    [
        b"/home/" + b"ada/broadsheet",
        b'"/ro' + b'ot/x"',
        b"https://pypi.example.org/" + b"simple/",
        b"--index-url" + b" https://example.org",
    ],
)
def test_the_pattern_finds_what_it_is_for(line: bytes) -> None:
    assert OF_ONE_MACHINE.search(line)


@pytest.mark.parametrize("line", [b"{% url 'home' %}", b"/home/", b"https://example.org/feed/", b"./work/x"])
def test_the_pattern_leaves_a_web_address_alone(line: bytes) -> None:
    assert not OF_ONE_MACHINE.search(line)


def without_the_public_index(text: bytes) -> bytes:
    """The one line that names the public index, for machines that have been told no other, belongs to no network."""
    return text.replace(f'PUBLIC_INDEX = "{PUBLIC_INDEX}"'.encode(), b"")


def test_no_tracked_file_names_a_folder_of_one_machine_or_a_package_registry() -> None:
    read = {short(path): without_the_public_index(path.read_bytes()) for path in texts()}
    assert [f"{name}: {hit.group()!r}" for name, text in read.items() if (hit := OF_ONE_MACHINE.search(text))] == []


def test_no_tracked_file_holds_a_secret() -> None:
    assert [short(path) for path in texts() if SECRET.search(path.read_bytes())] == []
