"""Three nodes with disks of their own and one PostgreSQL: a removal reaches all of them, or the desk says otherwise."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.campaigns import pace
from tests.command.papers import POSTGRES, Paper, RunningCommand, serving, wait_until
from tests.command.proxy import Proxy
from tools.processes import living

pytestmark = [
    pytest.mark.postgres,  # which several nodes need
    pytest.mark.timeout(1800),
]

MAX_SECONDS = 1.0  # until the other nodes have carried out a purge, in 99 of 100 cases
TEXT = "The ferry was sold before the vote"


@dataclass
class Nodes:
    """The paper on the first and the third node, the three servers, and the proxy of the third."""

    paper: Paper
    third: Paper
    running: list[RunningCommand]
    proxy: Proxy
    path: str

    def on_first(self, call: str) -> str:
        """Return the result of a function of `nodes`, called on the first node."""
        return self.paper.shell(f"from tests.command import nodes; print(nodes.{call})", timeout=1500)

    def shows(self, number: int) -> bool:
        """Return whether a node serves the page with the comment."""
        status, text = self.running[number].get(self.path)
        assert status == 200
        return TEXT in text


@pytest.fixture
def nodes(paper: Paper, tmp_path: Path) -> Iterator[Nodes]:
    """Three nodes, of which the third reaches the database through a proxy."""
    second, third = (Paper(tmp_path / name, paper.database) for name in ("second", "third"))
    for other in (second, third):
        shutil.copytree(paper.folder, other.folder)
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy())
        options = third.folder / "broadsheet.toml"
        direct = f"{POSTGRES}/{paper.database}"
        assert direct in options.read_text()
        options.write_text(options.read_text().replace(direct, proxy.url_of(paper.database)))
        path = paper.shell("from tests.command import nodes; print(nodes.create_comment())")
        running = [stack.enter_context(serving(node, "--workers", "1")) for node in (paper, second, third)]
        yield Nodes(paper, third, running, proxy, path)


@pytest.mark.campaign
def test_a_comment_removed_on_one_node_is_gone_on_the_others_within_a_second(nodes: Nodes) -> None:
    ports = [node.port for node in nodes.running]
    result = json.loads(nodes.on_first(f"measure(nodes.{pace('machines', full=300)!r}, {nodes.path!r}, {ports})"))
    assert result["stale"] == []
    seconds = result["seconds"]
    print(f"{len(seconds)} purges: median {seconds[len(seconds) // 2]:.3f} s, longest {seconds[-1]:.3f} s")
    assert seconds[int(len(seconds) * 0.99)] < MAX_SECONDS


def test_the_desk_shows_a_disconnected_node_until_it_has_caught_up(nodes: Nodes) -> None:
    assert [nodes.shows(number) for number in range(3)] == [True] * 3
    assert "Purge pending" not in nodes.on_first("desk()")
    nodes.proxy.cut()
    nodes.on_first("toggle()")
    assert "Purge pending" in nodes.on_first("desk()")
    assert not nodes.shows(0)
    wait_until(lambda: not nodes.shows(1))
    # The purge has not reached the third node, and like every node it serves baked pages without the database.
    assert nodes.shows(2)
    nodes.proxy.restore()
    wait_until(lambda: "[]" in nodes.on_first("pagecache.lagging_nodes()"))
    assert not nodes.shows(2)
    assert "Purge pending" not in nodes.on_first("desk()")


def test_a_restarted_node_does_not_serve_comments_removed_meanwhile(nodes: Nodes) -> None:
    assert nodes.shows(2)
    third = nodes.running[2]
    children = third.descendants()
    third.end(signal.SIGKILL)
    wait_until(lambda: not living(children))
    nodes.on_first("toggle()")
    assert "Purge pending" in nodes.on_first("desk()")
    with serving(nodes.third, "--workers", "1", port=third.port) as again:
        assert TEXT not in again.get(nodes.path)[1]
        wait_until(lambda: "[]" in nodes.on_first("pagecache.lagging_nodes()"))
        assert again.end() == 0
    nodes.on_first("toggle()")
    time.sleep(1)
    assert "Purge pending" not in nodes.on_first("desk()")  # it has deregistered, so the desk does not wait for it
