"""Fills the demo's paper once, and says what to try."""

from pathlib import Path

from django.core.management import call_command

from broadsheet.config.health import missing_migrations


def prepare(unfinished: Path) -> None:
    """Makes the tables, the invented copy and the accounts where they are missing, and prints the sign-ins."""
    if unfinished.exists():
        print("Making the demo paper; this takes up to a minute, once.", flush=True)
    if missing_migrations():
        call_command("migrate", verbosity=0, interactive=False)
    if unfinished.exists():
        call_command("fill_demo")
        unfinished.unlink()
    call_command("demo_notes")
