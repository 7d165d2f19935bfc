"""`broadsheet worker`: runs tasks and the schedule, without serving readers."""

import argparse
from collections.abc import Iterator

from django.conf import settings
from django.db import connections

from broadsheet.command import collect_static, worker_loop
from broadsheet.command.checks import host, paper
from broadsheet.command.checks.result import CheckResult, raise_for_failure
from broadsheet.command.serve import deregister_node
from broadsheet.command.supervisor import Supervisor


def run(arguments: argparse.Namespace) -> int:
    """Work until Ctrl-C or SIGTERM; raises CheckFailed where the paper is not ready for work."""
    del arguments
    raise_for_failure(required_checks())
    collect_static.collect_if_changed()  # the pages that a worker bakes contain the hashed names
    connections.close_all()
    code = Supervisor({"worker": worker_loop.run}, ready=announce).run()
    deregister_node()
    return code


def required_checks() -> Iterator[CheckResult]:
    """Yield the results that must not be failures."""
    yield host.folder_is_writable(settings.DATA)
    yield paper.database()
    yield paper.migrations()


def announce() -> bool:
    """Print that the worker is running, and return True."""
    print(f"Working on {settings.DATA} (press Ctrl-C to stop)", flush=True)
    return True
