"""`broadsheet serve`: looks whether the paper can be served; then answers readers, does tasks, keeps the clock."""

import argparse
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

from django.conf import settings
from django.db import Error, connections

from broadsheet.command import checks, errands, makeup, soundness, statics
from broadsheet.command.findings import Finding, Level, refuse_failed
from broadsheet.command.supervisor import Supervisor
from broadsheet.pagecache import actions as pagecache


def run(asked: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM; raises Unfit where the paper cannot be served as it is."""
    del asked  # --host, --port and --workers are in the options by now
    refuse_failed(needed())
    warn_of(doubts())
    statics.gather()
    makeup.renew_what_was_made_otherwise()
    pagecache.catch_up()  # before anybody reads from a folder that may have missed something
    pagecache.heartbeat()  # from now on reviewers are told when this machine is behind
    code = supervise()
    say_goodbye()
    return code


def say_goodbye() -> None:
    """Lets no reviewer wait for this machine; where the database cannot be told, the operator can."""
    try:
        pagecache.deregister()
    except (Error, OSError) as error:
        print(f"Mind: other machines could not be told that this one has ended ({error}).", file=sys.stderr)


def needed() -> Iterator[Finding]:
    """What must be well, in the order in which one thing needs the other."""
    yield checks.folder_is_writable(settings.DATA)
    yield checks.file_system(settings.DATA)
    yield checks.port_is_free(settings.OPTIONS.host, settings.OPTIONS.port)
    yield soundness.database()
    yield soundness.migrations()


def doubts() -> list[Finding]:
    """What should be known, and keeps nobody from reading."""
    looked = [*checks.surroundings(settings.DATA), soundness.base_url(), soundness.emails(), soundness.tasks()]
    return [finding for finding in looked if finding.level != Level.OK]


def warn_of(found: list[Finding]) -> None:
    """Says it once, on stderr."""
    for finding in found:
        print(f"Mind: {finding.about}: {finding.said}", file=sys.stderr)


def supervise() -> int:
    """Keeps the door and the worker running, each in a process of its own."""
    options = settings.OPTIONS
    # Loaded once, here, for all of them: it opens the static files, which are gathered only now.
    door = import_module("broadsheet.command.door")
    connections.close_all()  # a connection must not be shared with a child
    work: dict[str, Callable[[], int]] = {
        "web": partial(door.answer, options.host, options.port, options.workers),
        "worker": errands.work,
    }
    return Supervisor(work, ready=partial(announced, options.host, options.port)).run()


def announced(host: str, port: int) -> bool:
    """Says where the paper is to be read as soon as it answers there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    shown = f"[{host}]" if ":" in host else host
    print(f"Listening on http://{shown}:{port}/ (Ctrl-C ends it)", flush=True)
    return True
