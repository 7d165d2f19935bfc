"""`broadsheet init`: creates a paper. An unfinished paper has a mark, and running the command again completes it."""

import argparse
import os
import sys
from getpass import getpass
from importlib import import_module
from pathlib import Path

from django.core.exceptions import ValidationError

from broadsheet.command.bootstrap import UNFINISHED, choose_data_folder, set_up_django
from broadsheet.command.options_file import options_file, toml
from broadsheet.config.options import OPTIONS_FILE, SECRETS_FOLDER, load_options
from broadsheet.config.secrets import create_secrets
from broadsheet.core.email_addresses import clean_address
from broadsheet.core.errors import Refusal

MAX_NAME = 80  # characters


class CannotCreate(Refusal):
    """The paper cannot be created with these arguments, in this folder or in this database."""

    code = "cannot-create"


def run(arguments: argparse.Namespace) -> int:
    """Create the paper and print the next steps; raises CannotCreate."""
    arguments.data = arguments.folder
    folder = choose_data_folder(arguments)
    check_folder(folder)
    name, email, password = read_answers(arguments)
    is_new = not (folder / UNFINISHED).exists()
    create_folder(folder)
    set_up_django(arguments)
    # Imported here, because it imports models, which need the settings.
    initial_data = import_module("broadsheet.command.initial_data")
    if is_new and initial_data.database_has_tables():
        remove_files(folder)
        raise CannotCreate(
            "The database in BROADSHEET_DATABASE_URL already has tables, so it was left alone. Choose an empty one."
        )
    try:
        generated = initial_data.create_paper(name, email=email, password=password)
    except ValidationError as refused:
        raise CannotCreate(f"{' '.join(refused.messages)} Run the command again to choose another one.") from None
    (folder / UNFINISHED).unlink()
    print(next_steps(arguments.folder, email, generated))
    return 0


def check_folder(folder: Path) -> None:
    """Raise CannotCreate for a folder that is neither new, nor empty, nor an unfinished paper."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise CannotCreate(f"{folder} is a file. Choose a new or empty folder.")
    names = {path.name for path in folder.iterdir()}
    if UNFINISHED in names or not names:
        return
    if names & {OPTIONS_FILE, SECRETS_FOLDER}:
        raise CannotCreate(
            f"{folder} already holds a paper, which was left alone. `broadsheet serve --data {folder}` serves it."
        )
    raise CannotCreate(f"{folder} is not empty, so it was left alone. Choose a new or empty folder.")


def create_folder(folder: Path) -> None:
    """Create the folder, the mark of an unfinished paper, the secrets and the options file, where they are missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / UNFINISHED).touch(mode=0o600)
    create_secrets(folder / SECRETS_FOLDER)
    file = folder / OPTIONS_FILE
    database = given_database()
    # That of an unfinished paper may name the database of an attempt that failed.
    if not file.exists() or (database and toml(database["database_url"]) not in file.read_text()):
        draft = folder / f".{OPTIONS_FILE}.new"
        draft.touch(mode=0o600)
        draft.write_text(options_file(**database))
        draft.rename(file)


def given_database() -> dict[str, str]:
    """Return the database of the environment as an option, so that later commands find it without the variable."""
    url = load_options().database_url
    return {"database_url": url} if url else {}


def remove_files(folder: Path) -> None:
    """Remove the files that `create_folder` has created."""
    for path in [*(folder / SECRETS_FOLDER).iterdir(), folder / OPTIONS_FILE, folder / UNFINISHED]:
        path.unlink()
    (folder / SECRETS_FOLDER).rmdir()


def read_answers(arguments: argparse.Namespace) -> tuple[str, str, str]:
    """Return the paper's name, the editor's email address and a password, from the arguments or from prompts.

    An empty password stands for a generated one. Raises CannotCreate.
    """
    if arguments.no_input and not (arguments.name and arguments.editor_email):
        raise CannotCreate("--no-input needs the paper's name and its editor: --name NAME --editor-email ADDRESS.")
    try:
        name = clean_name(arguments.name or input("Name of the paper: "))
        email = clean_email(arguments.editor_email or input("Email address of the first editor: "))
        prompt = not arguments.no_input and not arguments.editor_email and sys.stdin.isatty()
        password = getpass("Password for the editor (leave empty to have one generated): ") if prompt else ""
        if password and password != getpass("The same password again: "):
            raise CannotCreate("The two passwords differ. Nothing was created; please start again.")
    except EOFError:
        raise CannotCreate(
            "There is no terminal to ask for input. Use --no-input --name NAME --editor-email ADDRESS."
        ) from None
    return name, email, password


def clean_name(name: str) -> str:
    """Return the name with its white space normalised; raises CannotCreate for one that is empty or too long."""
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise CannotCreate(f"The paper's name must have 1 to {MAX_NAME} characters; this has {len(name)}.")
    return name


def clean_email(email: str) -> str:
    """Return the email address in lower case; raises CannotCreate for text that is not an address."""
    try:
        return clean_address(email).lower()
    except ValidationError:
        raise CannotCreate(f"“{email}” is not an email address. Enter one in the form ada@paper.example.") from None


def next_steps(folder: Path, email: str, password: str) -> str:
    """Return the next steps for the operator, with the generated password."""
    secret = (
        f"The password is {password} (it is shown only once)." if password else "Use the password that you have chosen."
    )
    return (
        f"Your paper is in {folder}{os.sep}.\n"
        f"Sign in at /sign-in/ as {email}. {secret}\n"
        f"Next, edit {folder / OPTIONS_FILE} (mail_host, base_url), then run `broadsheet serve --data {folder}`.\n"
        "Choose the language and the time zone at /cms/ under Settings, Paper.\n"
        f"Run `broadsheet doctor --data {folder}` to see what is still missing."
    )
