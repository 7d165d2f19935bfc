"""`broadsheet demo`: an invented town's paper in var/demo, made when it is not there yet, and served."""

import argparse
import os
import shutil
from importlib import import_module
from pathlib import Path

from broadsheet.command.opening import UNFINISHED, choose_folder, switch_on
from broadsheet.command.options_file import options_file
from broadsheet.command.parser import DEMO_FOLDER
from broadsheet.config.options import OPTIONS_FILE, SECRETS_FOLDER
from broadsheet.config.secrets import create_secrets
from broadsheet.core.errors import Refusal


class NotADemo(Refusal):
    """The folder holds something else than a demo, which must not be thrown away."""

    code = "not-a-demo"


def run(asked: argparse.Namespace) -> int:
    """Makes the demo if need be and serves it."""
    folder = choose_folder(argparse.Namespace(data=asked.data), default=DEMO_FOLDER)
    asked.port = asked.port or os.environ.get("PORT") or None
    check_is_demo(folder)
    unfinished = folder / UNFINISHED
    if asked.reset or unfinished.exists():
        shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists() or not any(folder.iterdir()):
        begin(folder)
    switch_on(asked)
    import_module("broadsheet.command.demo_paper").prepare(unfinished)  # needs Django, which is on only now
    code: int = import_module("broadsheet.command.serve").run(asked)
    return code


def check_is_demo(folder: Path) -> None:
    """Refuses a folder that has something in it, unless a demo was made or begun there."""
    if not folder.exists() or not folder.is_dir() or not any(folder.iterdir()):
        return
    options = folder / OPTIONS_FILE
    is_demo = options.exists() and "\ndemo = true\n" in options.read_text()
    if not is_demo and not (folder / UNFINISHED).exists():
        raise NotADemo(
            f"{folder} holds something else than a demo; nothing in it was touched. Name another folder with --data."
        )


def begin(folder: Path) -> None:
    """Makes the folder with its mark, secrets and options."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / UNFINISHED).touch(mode=0o600)
    create_secrets(folder / SECRETS_FOLDER)
    (folder / OPTIONS_FILE).write_text(options_file(demo=True))
