"""`broadsheet import`: passes its options on to the management command of the system that is imported from."""

import argparse

from django.core.management import call_command


def run(arguments: argparse.Namespace) -> int:
    """Import one file and return 0; raises CommandError or Refusal."""
    options = [str(arguments.file)]
    options += ["--media", str(arguments.media)] if arguments.media else []
    options += ["--without-pictures"] if arguments.without_pictures else []
    options += ["--time-zone", arguments.time_zone] if arguments.time_zone is not None else []
    options += ["--dry-run"] if arguments.dry_run else []
    call_command(f"import_{arguments.kind}", *options)
    return 0
