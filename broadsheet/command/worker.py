"""`broadsheet worker`: does the tasks and keeps the clock, without answering readers."""

import argparse
from collections.abc import Iterator

from django.conf import settings
from django.db import connections

from broadsheet.command import checks, errands, soundness, statics
from broadsheet.command.findings import Finding, refuse_failed
from broadsheet.command.serve import say_goodbye
from broadsheet.command.supervisor import Supervisor


def run(asked: argparse.Namespace) -> int:
    """Works until Ctrl-C or SIGTERM; raises Unfit where the paper cannot be worked on."""
    del asked
    refuse_failed(needed())
    statics.gather()  # pages that it bakes name them
    connections.close_all()
    code = Supervisor({"worker": errands.work}, ready=announced).run()
    say_goodbye()
    return code


def needed() -> Iterator[Finding]:
    """What must be well."""
    yield checks.folder_is_writable(settings.DATA)
    yield soundness.database()
    yield soundness.migrations()


def announced() -> bool:
    """Says that it is at work."""
    print(f"At work on {settings.DATA} (Ctrl-C ends it)", flush=True)
    return True
