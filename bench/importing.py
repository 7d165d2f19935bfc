"""How fast a WordPress export comes in, by the command that an operator runs, into a new paper on SQLite."""

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
    """Times one import, from the start of the command to its end, indexes included."""
    with TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        paper, file = (
            Paper(Path(folder) / "paper"),
            write_export(Path(folder) / "wxr.xml", posts=POSTS, comments=COMMENTS),
        )
        paper.broadsheet("init", str(paper.folder), "--no-input", "--name", "Bench", "--editor-email", EDITOR)
        begun, used = time.monotonic(), _processor_time()
        told = paper.broadsheet("import", "wordpress", str(file))
        took, used = time.monotonic() - begun, _processor_time() - used
        assert f"{POSTS:,} articles" in told, told
        assert f"{COMMENTS:,} published comments" in told, told
        again = time.monotonic()
        assert "Nothing new" in paper.broadsheet("import", "wordpress", str(file))
        took_again = time.monotonic() - again
    return [
        Row(f"{POSTS:,} posts with {COMMENTS:,} comments", took, "s"),
        Row("of that, time of the processor", used, "s"),
        Row("posts, while the comments come in too", POSTS / took, "posts/s", ">= 100"),
        Row("comments, while the posts come in too", COMMENTS / took, "comments/s", ">= 1000"),
        Row("the same file again, nothing new", took_again, "s"),
    ]


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
