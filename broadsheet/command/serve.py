"""`broadsheet serve`: checks the paper, then runs the HTTP server and a worker until it is stopped."""

import argparse
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

from django.conf import settings
from django.db import Error, connections

from broadsheet.command import build_fingerprint, collect_static, http_server, worker_loop
from broadsheet.command.checks import host, paper
from broadsheet.command.checks.result import CheckResult, Level, raise_for_failure
from broadsheet.command.serve_lock import served_once
from broadsheet.command.supervisor import Supervisor
from broadsheet.config.private_files import make_folders_private
from broadsheet.pagecache import actions as pagecache


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; raises AlreadyServed where another process does, and CheckFailed as below."""
    del arguments  # bootstrap has put --host, --port and --workers into the options
    with served_once(settings.DATA):
        return serve()


def serve() -> int:
    """Check the paper and serve it; raises CheckFailed where it cannot be served."""
    raise_for_failure(required_checks())
    print_warnings(warnings())
    make_folders_private(settings.DATA)
    collect_static.collect_if_changed()
    build_fingerprint.purge_after_build_change()
    pagecache.catch_up()  # before the first request: this node may have missed purges while it was stopped (ADR 20)
    pagecache.heartbeat()  # from here on the desk shows when this node lags
    code = supervise()
    deregister_node()
    return code


def deregister_node() -> None:
    """Deregister this node, so that the desk no longer waits for it; print a note where the database is away."""
    try:
        pagecache.deregister()
    except (Error, OSError) as error:
        print(f"Note: this machine could not be deregistered, so the desk may wait for it ({error}).", file=sys.stderr)


def required_checks() -> Iterator[CheckResult]:
    """Yield the results that must not be failures, in order: each check depends on those before it."""
    yield host.folder_is_writable(settings.DATA)
    yield host.file_system(settings.DATA)
    yield host.port_is_free(settings.OPTIONS.host, settings.OPTIONS.port)
    yield paper.database()
    yield paper.migrations()


def warnings() -> list[CheckResult]:
    """Return the results that the operator should know of, but that do not keep the paper from being served."""
    results = [*host.host_checks(settings.DATA), paper.base_url(), paper.demo(), paper.emails(), paper.tasks()]
    return [result for result in results if result.level != Level.OK]


def print_warnings(results: list[CheckResult]) -> None:
    """Print a line for each result on stderr."""
    for result in results:
        print(f"Note: {result.check}: {result.message}", file=sys.stderr)


def supervise() -> int:
    """Run the HTTP server and the worker, each in its own process, and return the exit code."""
    options = settings.OPTIONS
    # Imported once, here, for all processes, and not earlier: it reads the static files, which were just collected.
    site = import_module("broadsheet.config.wsgi").site
    connections.close_all()  # a connection must not be shared with a child process
    entry_points: dict[str, Callable[[], int]] = {
        "web": partial(http_server.serve, site, options.host, options.port, options.workers),
        "worker": worker_loop.run,
    }
    return Supervisor(entry_points, ready=partial(announce, options.host, options.port)).run()


def announce(host_name: str, port: int) -> bool:
    """Print the paper's local address once the server accepts connections, and return whether it does."""
    try:
        socket.create_connection((host_name, port), timeout=1).close()
    except OSError:
        return False
    address = f"[{host_name}]" if ":" in host_name else host_name
    print(f"Listening on http://{address}:{port}/ (press Ctrl-C to stop)", flush=True)
    return True
