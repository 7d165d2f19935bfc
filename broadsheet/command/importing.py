"""`broadsheet import`: hands over to the management command of the room that knows the other system."""

import argparse

from django.core.management import call_command


def run(asked: argparse.Namespace) -> int:
    """Imports one file; a refusal ends in its sentence."""
    words = [str(asked.file)]
    words += ["--media", str(asked.media)] if asked.media else []
    words += ["--dry-run"] if asked.dry_run else []
    call_command(f"import_{asked.kind}", *words)
    return 0
