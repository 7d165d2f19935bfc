"""The parser of the command line. docs/reference/commands.md is generated from it."""

import argparse
from importlib.metadata import version
from pathlib import Path

from broadsheet.config.options import DEFAULT_DATA

DEMO_FOLDER = Path("var/demo")
DESCRIPTION = "An online newspaper with a readers' column in which every comment is reviewed before it appears."
EPILOG = """\
getting started:
  broadsheet demo              try everything with an invented town's paper
  broadsheet init paper        create a paper of your own in the folder `paper`
  broadsheet serve             serve it, send its emails and run its schedule

Run `broadsheet COMMAND --help` for more about a command. Options can also be set in BROADSHEET_… variables or in
the paper's broadsheet.toml; see docs/reference/settings.md."""

SERVE = """\
Serves the paper to readers, sends its emails and runs its scheduled commands until it is stopped by Ctrl-C or
SIGTERM. Requests and tasks in progress are finished first, which takes 30 seconds at most; pressing Ctrl-C a second
time stops at once."""
WORKER = """\
Sends the emails and runs the scheduled commands, without serving readers. `serve` includes a worker; a separate one
is for a paper on PostgreSQL that several machines serve. Any number of workers may run, but only one at a time runs
the schedule."""
BAKE = """\
Bakes every page of the paper, so that no reader has to wait for it: front page, sections, articles, readers' columns,
authors, subjects, archive, feeds and sitemaps. Pages that are already baked are skipped, so a run that was stopped
can be continued by running the command again. The paper may be served at the same time.

With --to it also makes a static copy: a folder of files that any web server can serve. See
docs/how-to/keep-a-static-copy.md."""
INIT = """\
Creates a paper in DIR: the folder (accessible to its owner only), the secrets, a broadsheet.toml that explains every
option, the database, the paper's name, and an account for the first editor, who has all permissions and can add
other accounts. A generated password is printed once. If the command is interrupted, run it again to complete the
paper. A folder that already holds a paper is left alone."""
DOCTOR = """\
Checks the machine and the paper, prints a line for each check, and says how to fix what is wrong. The exit code is
1 if a check fails and 0 otherwise; warnings do not count as failures."""
DEMO = """\
Serves an invented town's paper from var/demo, which is created on the first run: articles, photographs, comments in
every state, and accounts to sign in with. Emails are shown on a page and not sent. Nothing outside the folder is
changed."""
WORDPRESS = """\
Imports a WordPress export (WXR 1.0 to 1.2): posts, pages, authors, categories, tags, photographs, comments, and
redirects from the old URLs. Either --media or --without-pictures is needed; at a terminal, the command asks for the
folder. Importing the same file again changes nothing; an import that was interrupted is completed by running it
again. Nothing is downloaded."""
MANAGE = """\
Runs a management command of Django or Wagtail on the paper, for example `broadsheet manage migrate`,
`createsuperuser`, `shell` or `dumpdata`. `broadsheet manage help` lists them; `broadsheet manage help COMMAND`
explains one."""


def build() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = _parser(argparse.ArgumentParser, prog="broadsheet", description=DESCRIPTION, epilog=EPILOG)
    top.add_argument(
        "--version", action="version", version=f"broadsheet {version('broadsheet')}", help="print the version and exit"
    )
    _add_folder(top, default=None)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, title="commands")
    _add_init(_command(commands, "init", "create a paper", INIT, folder=False))
    _add_serve(_command(commands, "serve", "serve the paper", SERVE))
    _command(commands, "worker", "send emails and run the schedule, without serving readers", WORKER)
    _add_bake(_command(commands, "bake", "bake every page in advance, or make a static copy", BAKE))
    _add_doctor(_command(commands, "doctor", "check the machine and the paper", DOCTOR))
    _add_import(
        _command(
            commands,
            "import",
            "import articles and comments from another system",
            "Imports articles and comments from another system.",
            folder=False,
        )
    )
    _add_demo(_command(commands, "demo", "try everything with an invented town's paper", DEMO, folder=False))
    _add_manage(_command(commands, "manage", "run a management command of Django or Wagtail", MANAGE))
    return top


def folder_option() -> argparse.ArgumentParser:
    """Return a parser that knows --data alone, for a command that passes the other words on."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_folder(parser)
    return parser


def _parser(make: object, **options: str) -> argparse.ArgumentParser:
    return make(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)  # type: ignore[operator]


def _command(
    commands: object, name: str, summary: str, description: str, *, folder: bool = True
) -> argparse.ArgumentParser:
    parser = _parser(commands.add_parser, name=name, help=summary, description=description)  # type: ignore[attr-defined]
    if folder:
        _add_folder(parser)
    return parser


def _add_folder(
    parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS, fallback: Path = DEFAULT_DATA
) -> None:
    explanation = f"the paper's data folder (default: BROADSHEET_DATA or, if that is not set, ./{fallback})"
    parser.add_argument("--data", metavar="DIR", default=default, help=explanation)


def _add_init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to create; it must be new or empty")
    parser.add_argument("--name", help="the name of the paper, as in its masthead")
    parser.add_argument(
        "--editor-email", metavar="ADDRESS", help="the email address with which the first editor signs in"
    )
    parser.add_argument(
        "--no-input", action="store_true", help="do not prompt for input; needs --name and --editor-email"
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", help="the port to listen on (default: 8000)")
    parser.add_argument("--workers", metavar="N", help="the number of server processes (default: 2)")


def _add_bake(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", required=True, help="bake every page of the paper")
    parser.add_argument(
        "--to",
        metavar="FOLDER",
        type=Path,
        help="make a static copy in this folder, which must be new, empty or an earlier copy; an earlier copy is "
        "replaced when the new one is complete",
    )


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--send-test-to", metavar="ADDRESS", help="send a test email to this address")


def _add_import(parser: argparse.ArgumentParser) -> None:
    systems = parser.add_subparsers(dest="kind", metavar="SYSTEM", required=True, title="systems")
    wordpress = _command(systems, "wordpress", "import a WordPress export file (WXR)", WORDPRESS)
    wordpress.add_argument("file", metavar="FILE", type=Path, help="the export file (.xml)")
    pictures = wordpress.add_mutually_exclusive_group()
    pictures.add_argument(
        "--media",
        metavar="DIR",
        type=Path,
        help="a copy of wp-content/uploads; a later run with it adds the pictures that an earlier one left out",
    )
    pictures.add_argument("--without-pictures", action="store_true", help="import without pictures, if you have none")
    wordpress.add_argument(
        "--time-zone",
        metavar="ZONE",
        help="the time zone of the old site, such as Europe/Helsinki, if it is not the paper's: articles keep the day "
        "on which the old site published them",
    )
    wordpress.add_argument("--dry-run", action="store_true", help="change nothing, and report what would be imported")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser, fallback=DEMO_FOLDER)
    parser.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument(
        "--port", help="the port to listen on (default: the variable PORT or, if that is not set, 8000)"
    )
    parser.add_argument("--workers", metavar="N", help="the number of server processes (default: 2)")
    parser.add_argument("--reset", action="store_true", help="delete the demo and create it again")


def _add_manage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        metavar="…",
        nargs=argparse.REMAINDER,
        help="the management command and its options",
    )
