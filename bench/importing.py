"""Import speed: `broadsheet import wordpress` into a new paper on SQLite."""

import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.exports import write_export
from bench.rows import Row
from bench.serving import EDITOR, Paper

NAME = "import"
POSTS, COMMENTS = 2_000, 20_000


def run() -> list[Row]:
    """Measure an import from the start of the command to its end, including the indexes."""
    with TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        paper, file = (
            Paper(Path(folder) / "paper"),
            write_export(Path(folder) / "wxr.xml", posts=POSTS, comments=COMMENTS),
        )
        paper.broadsheet("init", str(paper.folder), "--no-input", "--name", "Bench", "--editor-email", EDITOR)
        start, cpu_time = time.monotonic(), _cpu_time()
        report = paper.broadsheet("import", "wordpress", str(file), "--without-pictures")
        seconds, cpu_time = time.monotonic() - start, _cpu_time() - cpu_time
        assert f"{POSTS:,} articles" in report, report
        assert f"{COMMENTS:,} published comments" in report, report
        again = time.monotonic()
        assert "Nothing new" in paper.broadsheet("import", "wordpress", str(file), "--without-pictures")
        repeat_seconds = time.monotonic() - again
    return [
        Row(f"{POSTS:,} posts with {COMMENTS:,} comments", seconds, "s"),
        Row("of that, CPU time", cpu_time, "s"),
        Row("posts, with their comments", POSTS / seconds, "posts/s", ">= 100"),
        Row("comments, with their posts", COMMENTS / seconds, "comments/s", ">= 1000"),
        Row("the same file again, nothing new", repeat_seconds, "s"),
    ]


def _cpu_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
