"""The HTTP server: granian with its worker processes, none of which outlives it, and the gateway in each (ADR 36)."""

import logging
import os
import signal
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes, TaskImpl
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from broadsheet.command.orphan_guard import exit_with_parent
from broadsheet.gateway.application import Gateway
from broadsheet.gateway.limits import Limits
from broadsheet.gateway.site import Site
from broadsheet.gateway.sockets import raise_open_files

BACKLOG = 4096  # connections that wait to be accepted; Linux allows no more by default
# granian's lines propagate to the root logger, which the paper's settings configure.
LOGGING: dict[str, Any] = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


def serve(site: Site, host: str, port: int, workers: int, limits: Limits | None = None) -> int:
    """Serve requests until SIGTERM, then finish those in progress. A worker process that dies is replaced."""
    limits = limits or Limits()
    reset_sigterm_in_children()
    server = Server(
        "broadsheet.config.wsgi:site",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        runtime_mode=RuntimeModes.mt,
        loop=Loops.uvloop,  # asyncio's own costs a third more of the processor's time
        task_impl=TaskImpl.asyncio,
        http=HTTPModes.http1,  # alone has a limit for silent connections; a proxy in front speaks HTTP/2 to browsers
        http1_settings=HTTP1Settings(
            header_read_timeout=int(limits.head_seconds * 1000), max_buffer_size=limits.head_bytes
        ),
        websockets=False,
        backlog=BACKLOG,
        backpressure=raise_open_files(limits.connections),
        respawn_failed_workers=True,
        log_level=LogLevels.debug if logging.getLogger().isEnabledFor(logging.DEBUG) else LogLevels.warning,
        log_dictconfig=LOGGING,
    )
    server.serve(target_loader=partial(load_gateway, site, limits, os.getpid()), wrap_loader=False)
    return 0


def load_gateway(site: Site, limits: Limits, parent: int) -> Any:
    """Return the gateway to a site, which was loaded before the fork. Each worker calls this first of all."""
    exit_with_parent(parent)
    return Gateway(site, limits)


def reset_sigterm_in_children() -> None:
    """Make a SIGTERM that reaches a child process right after the fork end it.

    A new process inherits granian's handler, which only sets a flag that the child never reads, until granian installs
    the child's own handler. SIGTERM is therefore blocked across the fork, and its default action restored in the child.
    """
    sigterm = {signal.SIGTERM}
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, sigterm),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, sigterm),
        after_in_child=_reset_sigterm,
    )


def _reset_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
