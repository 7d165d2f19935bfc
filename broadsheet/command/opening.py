"""Opens a paper: chooses its data folder, reads its options, and then sets Django up, which depends on both."""

import argparse
import os
from pathlib import Path

import django

from broadsheet.config.options import DEFAULT_DATA, OPTIONS_FILE, SECRETS_FOLDER, Options, load_options
from broadsheet.core.errors import Refusal

UNFINISHED = "unfinished"
FLAGS = ("host", "port", "workers")


class NoPaper(Refusal):
    """There is no paper where the command was told to look."""

    code = "no-paper"


def choose_folder(asked: argparse.Namespace, default: Path = DEFAULT_DATA) -> Path:
    """The data folder by --data, BROADSHEET_DATA or the default; whatever is read from here on reads it there."""
    folder = Path(asked.data or os.environ.get("BROADSHEET_DATA") or default).expanduser().resolve()
    os.environ["BROADSHEET_DATA"] = str(folder)
    return folder


def open_paper(asked: argparse.Namespace) -> Options:
    """Sets Django up for the chosen paper; raises NoPaper and BadOptions."""
    check_is_paper(choose_folder(asked))
    return switch_on(asked)


def check_is_paper(folder: Path) -> None:
    """Refuses a folder without a finished paper, and says how one is made."""
    hint = f"`broadsheet init {folder}` makes one, or --data names another folder."
    if not folder.exists():
        raise NoPaper(f"There is no folder {folder}, so no paper to open. {hint}")
    if not folder.is_dir():
        raise NoPaper(f"{folder} is not a folder, so it holds no paper. {hint}")
    inside = {path.name for path in folder.iterdir()}
    if UNFINISHED in inside:
        raise NoPaper(f"The paper in {folder} was begun and not finished. `broadsheet init {folder}` completes it.")
    if not inside & {OPTIONS_FILE, SECRETS_FOLDER}:
        raise NoPaper(f"The folder {folder} holds no paper. {hint}")


def switch_on(asked: argparse.Namespace) -> Options:
    """Reads the options, with those of the command line first, and sets Django up."""
    take_flags(asked)
    options = load_options()
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.config.settings"
    django.setup()
    return options


def take_flags(asked: argparse.Namespace) -> None:
    """Lets --host, --port and --workers stand before the variables of the same name."""
    for name in FLAGS:
        given = getattr(asked, name, None)
        if given is not None:
            os.environ[f"BROADSHEET_{name.upper()}"] = str(given)
