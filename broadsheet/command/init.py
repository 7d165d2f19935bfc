"""`broadsheet init`: makes a new paper. Until it is finished it carries a mark, and the same again completes it."""

import argparse
import os
import sys
from getpass import getpass
from importlib import import_module
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from broadsheet.command.opening import UNFINISHED, choose_folder, switch_on
from broadsheet.command.options_file import options_file
from broadsheet.config.options import OPTIONS_FILE, SECRETS_FOLDER
from broadsheet.config.secrets import create_secrets
from broadsheet.core.errors import Refusal

MAX_NAME = 80


class NotMade(Refusal):
    """The paper cannot be made as asked."""

    code = "not-made"


def run(asked: argparse.Namespace) -> int:
    """Makes the paper and says how to go on; raises NotMade."""
    asked.data = asked.folder
    folder = choose_folder(asked)
    check_is_free(folder)
    name, email, password = answers(asked)
    fresh = not (folder / UNFINISHED).exists()
    begin(folder)
    switch_on(asked)
    steps = import_module("broadsheet.command.first_steps")  # reads models, which exist only now
    if fresh and steps.database_is_taken():
        undo(folder)
        raise NotMade(
            "The database of BROADSHEET_DATABASE_URL already holds tables, and was not touched. Name an empty one."
        )
    made = steps.make_paper(name, email=email, password=password)
    (folder / UNFINISHED).unlink()
    print(closing(asked.folder, email, made))
    return 0


def check_is_free(folder: Path) -> None:
    """Refuses a folder that has something in it, unless it is a paper that was begun here and not finished."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotMade(f"{folder} is a file. Name a folder that is new or empty.")
    inside = {path.name for path in folder.iterdir()}
    if UNFINISHED in inside or not inside:
        return
    if inside & {OPTIONS_FILE, SECRETS_FOLDER}:
        raise NotMade(
            f"{folder} has a paper already; nothing of it was touched. `broadsheet serve --data {folder}` serves it."
        )
    raise NotMade(f"{folder} is not empty and nothing in it was touched. Name a folder that is new or empty.")


def begin(folder: Path) -> None:
    """Makes the folder, the mark, the secrets and the options file; each only if it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / UNFINISHED).touch(mode=0o600)
    create_secrets(folder / SECRETS_FOLDER)
    file = folder / OPTIONS_FILE
    if not file.exists():
        draft = folder / f".{OPTIONS_FILE}.new"
        draft.touch(mode=0o600)
        draft.write_text(options_file())
        draft.rename(file)


def undo(folder: Path) -> None:
    """Takes away what `begin` made."""
    for path in [*(folder / SECRETS_FOLDER).iterdir(), folder / OPTIONS_FILE, folder / UNFINISHED]:
        path.unlink()
    (folder / SECRETS_FOLDER).rmdir()


def answers(asked: argparse.Namespace) -> tuple[str, str, str]:
    """The paper's name, the editor's address and a password (empty: one is made), as given or by asking."""
    if asked.no_input and not (asked.name and asked.editor_email):
        raise NotMade(
            "With --no-input the paper's name and its editor must be given: --name NAME --editor-email ADDRESS."
        )
    try:
        name = checked_name(asked.name or input("Name of the paper: "))
        email = checked_email(asked.editor_email or input("E-mail address of the first editor: "))
        ask_password = not asked.no_input and not asked.editor_email and sys.stdin.isatty()
        password = getpass("A password for the editor (empty: one is made and shown): ") if ask_password else ""
    except EOFError:
        raise NotMade("There is nobody to ask. Give --no-input --name NAME --editor-email ADDRESS.") from None
    return name, email, password


def checked_name(name: str) -> str:
    """The name without space around it; raises NotMade for one that does not fit a masthead."""
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise NotMade(f"The paper's name must have 1 to {MAX_NAME} characters; this has {len(name)}.")
    return name


def checked_email(email: str) -> str:
    """The address in lower case; raises NotMade for what is none."""
    try:
        validate_email(email.strip())
    except ValidationError:
        raise NotMade(f"“{email}” is no e-mail address. Write it like ada@paper.example.") from None
    return email.strip().lower()


def closing(folder: Path, email: str, password: str) -> str:
    """What to do next, with the password that was made."""
    secret = (
        f"The password is {password} and is shown only this once." if password else "The password is the one you chose."
    )
    return (
        f"The paper is in {folder}{os.sep}.\n"
        f"Sign in at /sign-in/ as {email}. {secret}\n"
        f"Next: look through {folder / OPTIONS_FILE} (mail_host, base_url), then `broadsheet serve --data {folder}`.\n"
        f"`broadsheet doctor --data {folder}` says what is still missing."
    )
