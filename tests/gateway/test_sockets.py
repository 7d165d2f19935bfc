"""A server process has open files to spare, because granian stops accepting connections for good without one."""

import socket
import subprocess
import sys
from contextlib import closing

import pytest

from broadsheet.gateway.sockets import RESERVE, TCP_USER_TIMEOUT, limit_unread
from tests.contracts.tree import ROOT

pytestmark = pytest.mark.once
CODE = """
import resource
from broadsheet.gateway.sockets import raise_open_files
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
print(raise_open_files({connections}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "allowed", "raised"),
    [
        (256, 4096, 1_000, 1_000, 1_000 + RESERVE),
        (256, 1024, 1_000, 1024 - RESERVE, 1024),
        (256, 600, 1_000, 300, 600),
        (4096, 4096, 1_000, 1_000, 4096),
    ],
)
def test_there_are_more_open_files_than_connections(
    soft: int, hard: int, connections: int, allowed: int, raised: int
) -> None:
    code = CODE.format(soft=soft, hard=hard, connections=connections)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [int(number) for number in done.stdout.split()] == [allowed, raised]


@pytest.mark.skipif(not TCP_USER_TIMEOUT, reason="this system has no such limit")
def test_connections_inherit_the_limit_for_unread_responses_from_a_listening_socket() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening, socket.socket() as other:
        limit_unread(7.5)
        with socket.create_connection(listening.getsockname()), closing(listening.accept()[0]) as connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT) == 7_500
        assert other.getsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT) == 0
