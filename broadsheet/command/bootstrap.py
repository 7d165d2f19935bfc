"""Setting up Django for a paper: the data folder first, then its options, on which the settings depend."""

import argparse
import os
from pathlib import Path

import django

from broadsheet.config.options import DEFAULT_DATA, OPTIONS_FILE, SECRETS_FOLDER, Options, load_options
from broadsheet.core.errors import Refusal

UNFINISHED = "unfinished"
FLAGS = ("host", "port", "workers")


class NoPaper(Refusal):
    """The data folder does not hold a finished paper."""

    code = "no-paper"


def choose_data_folder(arguments: argparse.Namespace, default: Path = DEFAULT_DATA) -> Path:
    """Return the data folder from --data, BROADSHEET_DATA or the default, and set BROADSHEET_DATA to it."""
    folder = Path(arguments.data or os.environ.get("BROADSHEET_DATA") or default).expanduser().resolve()
    os.environ["BROADSHEET_DATA"] = str(folder)
    return folder


def open_paper(arguments: argparse.Namespace) -> Options:
    """Set Django up for the chosen paper and return its options; raises NoPaper and BadOptions."""
    check_is_paper(choose_data_folder(arguments))
    return set_up_django(arguments)


def check_is_paper(folder: Path) -> None:
    """Raise NoPaper, with the command that creates a paper, for a folder that does not hold a finished one."""
    hint = f"`broadsheet init {folder}` creates one; --data chooses another folder."
    if not folder.exists():
        raise NoPaper(f"There is no paper in {folder}: the folder does not exist. {hint}")
    if not folder.is_dir():
        raise NoPaper(f"There is no paper in {folder}: it is not a folder. {hint}")
    names = {path.name for path in folder.iterdir()}
    if UNFINISHED in names:
        raise NoPaper(f"The paper in {folder} is unfinished. Run `broadsheet init {folder}` again to complete it.")
    if not names & {OPTIONS_FILE, SECRETS_FOLDER}:
        raise NoPaper(f"There is no paper in {folder}. {hint}")


def set_up_django(arguments: argparse.Namespace) -> Options:
    """Read the options, of which those on the command line take precedence, and set Django up."""
    options = load_options(**apply_flags(arguments))
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.config.settings"
    django.setup()
    return options


def apply_flags(arguments: argparse.Namespace) -> dict[str, str]:
    """Return --host, --port and --workers as given, and set their variables, so that child processes see them too."""
    given = {flag: str(value) for flag in FLAGS if (value := getattr(arguments, flag, None)) is not None}
    os.environ.update({f"BROADSHEET_{flag.upper()}": value for flag, value in given.items()})
    return given
