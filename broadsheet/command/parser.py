"""What can be typed after `broadsheet`: each command with its options. docs/reference/commands.md is made from it."""

import argparse
from importlib.metadata import version
from pathlib import Path

from broadsheet.config.options import DEFAULT_DATA

DEMO_FOLDER = Path("var/demo")
DESCRIPTION = "An online newspaper with a readers' column that is reviewed before it appears."
EPILOG = """\
to begin:
  broadsheet demo              an invented town's paper, to try everything
  broadsheet init paper        a paper of your own, in the folder `paper`
  broadsheet serve             answers readers, delivers emails, keeps the clock

`broadsheet COMMAND --help` says more about each. Options can also be set as BROADSHEET_… variables or in the
paper's broadsheet.toml; see docs/reference/settings.md."""

SERVE = """\
Answers readers, delivers the emails and runs what is scheduled, until Ctrl-C or SIGTERM. Both end it cleanly:
requests and the task that are under way are finished first, for at most 30 seconds; a second Ctrl-C ends it at
once."""
WORKER = """\
Delivers the emails and runs what is scheduled, without answering readers. `serve` does this by itself; a worker of
its own is for a paper on PostgreSQL that is served by several machines. Any number may run: one of them keeps the
clock."""
BAKE = """\
Bakes every page of the paper, so that no reader has to wait for it: front page, sections, articles, readers' columns,
authors, subjects, archive, feeds and sitemaps. What is baked already is left as it is, so that the same again goes on
where it was stopped. The paper may be served meanwhile.

With --to it makes a static copy as well: a folder of files that any web server can serve. See
docs/how-to/keep-a-static-copy.md."""
INIT = """\
Makes a new paper in DIR: the folder (for its owner only), the secrets, a broadsheet.toml with every option
explained, the database, the paper's name, and the account of the first editor, who may do everything and make the
other accounts. The editor's password is printed once. Killed in the middle, the same command again completes it. A
folder that has a paper is left as it is."""
DOCTOR = """\
Looks at everything a paper needs and says of each whether it is well, line by line, with what to do where it is
not. The exit code is 1 if anything fails, 0 otherwise; a warning does not fail."""
DEMO = """\
Makes an invented town's paper in var/demo, if it is not there yet, and serves it: articles, photographs, comments
in every state, and accounts to sign in with. Emails go to a page instead of a mail server. Nothing else on the
machine is touched."""
WORDPRESS = """\
Reads a WordPress export (WXR 1.0 to 1.2) into the paper: posts, pages, authors, categories, tags, photographs,
comments, and redirects from the old addresses. The same again changes nothing; cut short, the same again completes
it. Nothing is fetched from the network."""
MANAGE = """\
Runs any of Django's and Wagtail's commands on the paper: `broadsheet manage migrate`, `createsuperuser`, `shell`,
`dumpdata` … `broadsheet manage help` lists them, `broadsheet manage help COMMAND` explains one."""


def build() -> argparse.ArgumentParser:
    """Returns the whole command line."""
    top = _parser(argparse.ArgumentParser, prog="broadsheet", description=DESCRIPTION, epilog=EPILOG)
    top.add_argument(
        "--version", action="version", version=f"broadsheet {version('broadsheet')}", help="say which version this is"
    )
    _add_folder(top, default=None)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, title="commands")
    _add_init(_command(commands, "init", "make a new paper", INIT, folder=False))
    _add_serve(_command(commands, "serve", "serve the paper", SERVE))
    _command(commands, "worker", "deliver emails and keep the clock, without serving", WORKER)
    _add_bake(_command(commands, "bake", "bake every page before readers ask, or make a static copy", BAKE))
    _add_doctor(_command(commands, "doctor", "look whether everything is well", DOCTOR))
    _add_import(
        _command(
            commands,
            "import",
            "bring in what another system exported",
            "Brings articles and comments in.",
            folder=False,
        )
    )
    _add_demo(_command(commands, "demo", "serve an invented town's paper, to try everything", DEMO, folder=False))
    _add_manage(_command(commands, "manage", "run one of Django's commands", MANAGE))
    return top


def folder_option() -> argparse.ArgumentParser:
    """Knows --data and nothing else, for a command that passes the rest on."""
    only = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_folder(only)
    return only


def _parser(make: object, **words: str) -> argparse.ArgumentParser:
    return make(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **words)  # type: ignore[operator]


def _command(
    commands: object, name: str, line: str, description: str, *, folder: bool = True
) -> argparse.ArgumentParser:
    made = _parser(commands.add_parser, name=name, help=line, description=description)  # type: ignore[attr-defined]
    if folder:
        _add_folder(made)
    return made


def _add_folder(
    parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS, otherwise: Path = DEFAULT_DATA
) -> None:
    told = f"the paper's data folder (otherwise BROADSHEET_DATA, otherwise ./{otherwise})"
    parser.add_argument("--data", metavar="DIR", default=default, help=told)


def _add_init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to make; it must be new or empty")
    parser.add_argument("--name", help="the name of the paper, as in the masthead")
    parser.add_argument("--editor-email", metavar="ADDRESS", help="the e-mail address the first editor signs in with")
    parser.add_argument(
        "--no-input", action="store_true", help="ask nothing; --name and --editor-email are then needed"
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="the port to listen on (8000)")
    parser.add_argument("--workers", metavar="N", help="how many processes answer readers (2)")


def _add_bake(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", required=True, help="every page of the paper")
    parser.add_argument(
        "--to",
        metavar="FOLDER",
        type=Path,
        help="make a static copy there; the folder is new, empty, or an earlier copy, which stays until this one is "
        "whole",
    )


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--send-test-to", metavar="ADDRESS", help="send a test email there through the mail server")


def _add_import(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="SYSTEM", required=True, title="systems")
    made = _command(kinds, "wordpress", "read a WordPress export file (WXR)", WORDPRESS)
    made.add_argument("file", metavar="FILE", type=Path, help="the export file, .xml")
    made.add_argument(
        "--media",
        metavar="DIR",
        type=Path,
        help="a copy of wp-content/uploads; without it photographs are noted as missing",
    )
    made.add_argument("--dry-run", action="store_true", help="change nothing, only report what would be imported")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser, otherwise=DEMO_FOLDER)
    parser.add_argument("--host", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="the port to listen on (otherwise the variable PORT, otherwise 8000)")
    parser.add_argument("--workers", metavar="N", help="how many processes answer readers (2)")
    parser.add_argument("--reset", action="store_true", help="throw the demo away and make it anew")


def _add_manage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        metavar="…",
        nargs=argparse.REMAINDER,
        help="Django's command and its options",
    )
