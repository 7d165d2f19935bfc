"""`broadsheet demo`: creates an invented town's paper in var/demo on the first run, and serves it."""

import argparse
import os
import shutil
from importlib import import_module
from pathlib import Path

from broadsheet.command.bootstrap import UNFINISHED, choose_data_folder, set_up_django
from broadsheet.command.options_file import options_file
from broadsheet.command.parser import DEMO_FOLDER
from broadsheet.command.serve_lock import LOCK_FILE, served_once
from broadsheet.config.options import OPTIONS_FILE, SECRETS_FOLDER
from broadsheet.config.secrets import create_secrets
from broadsheet.core.errors import Refusal


class NotADemo(Refusal):
    """The folder holds something other than a demo, which must not be deleted."""

    code = "not-a-demo"


def run(arguments: argparse.Namespace) -> int:
    """Create the demo where it is missing or unfinished, or with --reset, and serve it; raises AlreadyServed."""
    folder = choose_data_folder(argparse.Namespace(data=arguments.data), default=DEMO_FOLDER)
    arguments.port = arguments.port or os.environ.get("PORT") or None
    check_is_demo(folder)
    if (folder / LOCK_FILE).exists():
        with served_once(folder):  # one that is being served keeps its folder, and prints no notes
            pass
    unfinished = folder / UNFINISHED
    if arguments.reset or unfinished.exists():
        shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists() or not any(folder.iterdir()):
        create_folder(folder)
    set_up_django(arguments)
    # Imported here, because these modules import models, which need the settings.
    import_module("broadsheet.command.demo_paper").prepare(unfinished)
    code: int = import_module("broadsheet.command.serve").run(arguments)
    return code


def check_is_demo(folder: Path) -> None:
    """Raise NotADemo for a folder that is not empty and holds neither a demo nor an unfinished paper."""
    if not folder.exists() or not folder.is_dir() or not any(folder.iterdir()):
        return
    options = folder / OPTIONS_FILE
    is_demo = options.exists() and "\ndemo = true\n" in options.read_text()
    if not is_demo and not (folder / UNFINISHED).exists():
        raise NotADemo(
            f"{folder} holds something other than a demo, so it was left alone. Choose another folder with --data."
        )


def create_folder(folder: Path) -> None:
    """Create the data folder with the mark of an unfinished paper, the secrets and the options file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / UNFINISHED).touch(mode=0o600)
    create_secrets(folder / SECRETS_FOLDER)
    (folder / OPTIONS_FILE).touch(mode=0o600)
    (folder / OPTIONS_FILE).write_text(options_file(demo=True))
