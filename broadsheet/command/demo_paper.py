"""The content of the demo's paper, created on the first run, and the notes on what to try."""

from pathlib import Path

from django.core.management import call_command

from broadsheet.config.health import missing_migrations


def prepare(unfinished: Path) -> None:
    """Create the tables, articles, comments and accounts where they are missing, and print the sign-ins."""
    if unfinished.exists():
        print("Creating the demo paper. This takes up to a minute, the first time only.", flush=True)
    if missing_migrations():
        call_command("migrate", verbosity=0, interactive=False)
    if unfinished.exists():
        call_command("fill_demo")
        unfinished.unlink()
    call_command("demo_notes")
