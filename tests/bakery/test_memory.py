"""What a process keeps in memory is valid for a version of a file, limited in size, and forgotten in time."""

from pathlib import Path

from broadsheet.bakery.memory import MemoryCache, UncacheablePaths, file_version
from broadsheet.bakery.responses import CachedResponse
from tests.bakery.pages import HTML


def response(body: bytes) -> CachedResponse:
    return CachedResponse(HTML, "digest", {"identity": body})


def test_a_response_is_a_hit_only_for_the_version_of_the_file_it_was_read_from(tmp_path: Path) -> None:
    file, memory, cached = tmp_path / "page", MemoryCache(), response(b"old")
    file.write_text("old")
    memory.put(str(file), file_version(file) or (0, 0, 0), cached)
    assert memory.get(str(file), file_version(file) or (0, 0, 0)) is cached
    beside = tmp_path / "beside"
    beside.write_text("new")
    beside.replace(file)
    assert memory.get(str(file), file_version(file) or (0, 0, 0)) is None


def test_a_file_that_does_not_exist_has_no_version(tmp_path: Path) -> None:
    assert file_version(tmp_path / "page") is None


def test_the_oldest_responses_are_evicted_when_the_memory_is_full() -> None:
    memory = MemoryCache(max_bytes=100)
    for number in range(5):
        memory.put(str(number), (number, 0, 0), response(b"x" * 40))
    assert memory.bytes == 80
    assert [memory.get(str(number), (number, 0, 0)) is not None for number in range(5)] == [False] * 3 + [True] * 2


def test_a_path_is_uncacheable_until_its_time_is_over() -> None:
    lasting, over = UncacheablePaths(ttl=600), UncacheablePaths(ttl=0)
    lasting.add("/nothing/")
    over.add("/nothing/")
    assert "/nothing/" in lasting
    assert "/other/" not in lasting
    assert "/nothing/" not in over


def test_uncacheable_paths_are_limited_in_number() -> None:
    paths = UncacheablePaths(max_paths=3)
    for number in range(10):
        paths.add(str(number))
    assert "9" in paths
    assert "5" not in paths
