"""A file of any size is read in bounded memory, in chunks of any size, and the progress is reported."""

import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.interchange.sources.wordpress import decoding
from broadsheet.interchange.sources.wordpress.reader import read_export
from tests.campaigns import figure
from tests.interchange.conftest import Written
from tests.interchange.wxr import BEGIN, END, comment, item, read

MEGABYTE = 1_000_000
ALLOWED_GROWTH = 16 * 1024  # KiB; a piece of 64 KiB, its tree, and what the allocator keeps
MEASURED = """
import resource, sys
from pathlib import Path
from broadsheet.interchange.sources.wordpress.reader import read_export
small, large = map(Path, sys.argv[1:])
sum(1 for _ in read_export(small))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in read_export(large))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def growth(small: Path, large: Path) -> tuple[int, int]:
    """Read both in a new process; return the records of the large file, and the growth of the peak memory in KiB."""
    command = [sys.executable, "-c", MEASURED, str(small), str(large)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    count, more = run.stdout.split()
    return int(count), int(more)


@pytest.mark.campaign
@pytest.mark.parametrize("shape", ["many posts", "one post with many comments"])
def test_memory_stays_flat(tmp_path: Path, written: Written, shape: str) -> None:
    size = figure(full=200) * MEGABYTE
    large = tmp_path / "large.xml"
    part = item(1, body="Some words of the town. " * 100) if shape == "many posts" else comment(1)
    with large.open("w") as file:
        file.write(BEGIN)
        file.write("" if shape == "many posts" else item(1).replace("</item>", ""))
        for _ in range(size // len(part)):
            file.write(part)
        file.write(END if shape == "many posts" else "</item>" + END)
    count, more = growth(written(BEGIN + item() + END), large)
    assert count >= size // len(part)
    assert more < ALLOWED_GROWTH


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64])
def test_the_size_of_the_chunks_makes_no_difference(
    written: Written, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    hard = "Fähre ]]> und <![CDATA[ Kai ]]]]><![CDATA[> &#8; &#xD800; & ]] 🚢"
    export = BEGIN + item(1, body=hard, extra=comment(4)) + item(2, body="]]") + END
    whole = read(written(export))
    assert whole[1] is None
    monkeypatch.setattr(decoding, "HEAD", len(BEGIN.encode()) + size)
    monkeypatch.setattr(decoding, "CHUNK", size)
    assert read(written(export)) == whole


def test_progress_is_called_with_the_bytes_read_and_the_bytes_in_all(written: Written) -> None:
    path = written(BEGIN + "".join(item(number) for number in range(200)) + END)
    calls: list[tuple[int, int]] = []
    assert sum(1 for _ in read_export(path, progress=lambda read, total: calls.append((read, total)))) == 201
    size = path.stat().st_size
    assert [total for _, total in calls] == [size] * len(calls)
    assert [read for read, _ in calls] == sorted(read for read, _ in calls)
    assert calls[-1] == (size, size)
    assert len(calls) > 1


def test_reading_may_be_stopped_at_any_record(written: Written) -> None:
    reading = read_export(written(BEGIN + item(1) + item(2) + END))
    next(reading)
    next(reading)
    del reading
