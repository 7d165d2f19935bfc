"""The listening socket of a server process, and what its connections inherit from it."""

import os
import resource
import socket
import stat
from contextlib import suppress
from pathlib import Path

DESCRIPTORS = Path("/dev/fd")
RESERVE = 512  # open files of a process that are not connections: databases, pages, uploads
TCP_USER_TIMEOUT: int = getattr(socket, "TCP_USER_TIMEOUT", 0)  # Linux alone has it


def limit_unread(seconds: float) -> None:
    """Have the system end each connection whose client takes no byte of a response for some seconds (RFC 5482).

    granian has no limit for that, and opens its socket itself; so the socket is found among the open files.
    """
    if not TCP_USER_TIMEOUT:
        return
    for descriptor in map(int, os.listdir(DESCRIPTORS)):
        with suppress(OSError):  # the descriptor of this very listing, which is closed again
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                _limit_unread(descriptor, int(seconds * 1000))


def _limit_unread(descriptor: int, milliseconds: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as opened:
        if opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            opened.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds)


def raise_open_files(connections: int) -> int:
    """Let this process and its children have so many connections, and return how many the system allows.

    granian stops accepting connections for good when it runs out of files, so there must always be some left.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + RESERVE
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(allowed - RESERVE, allowed // 2)
