"""The reference of the `broadsheet` command, from its parser: the form of --help changes with Python."""

import argparse
from collections.abc import Iterator

from broadsheet.command import parser

HEAD = """\
# Commands

<!-- Made by `python -m tools.docs` from broadsheet/command/parser.py. Do not edit. -->

`broadsheet` is the same as `python -m broadsheet`. Each command ends with exit code 0 when it did what was asked;
with 1, and one sentence on the standard error, when it could not; and with 2 when the command line itself was
wrong.

"""


def page(_: str) -> str:
    """The whole page."""
    top = parser.build()
    return HEAD + "\n".join([*section(top, level=2, everywhere=True), *sections(top)])


def sections(parent: argparse.ArgumentParser) -> Iterator[str]:
    """Every command beneath, with those beneath it."""
    for action in parent._actions:
        if isinstance(action, argparse._SubParsersAction):
            for made in action.choices.values():
                yield from section(made, level=2)
                yield from sections(made)


def section(made: argparse.ArgumentParser, *, level: int, everywhere: bool = False) -> Iterator[str]:
    """One command: its line, what it does, its options."""
    title = "For every command" if everywhere else f"`{made.prog}`"
    yield f"{'#' * level} {title}\n"
    yield f"    {usage(made)}\n"
    if not everywhere:
        yield f"{made.description}\n"
    options = list(rows(made))
    if options:
        yield "\n".join(["| option | what for |", "|---|---|", *options, ""])


def usage(made: argparse.ArgumentParser) -> str:
    """The command on one line; options that can be left out stand in brackets."""
    words = [word for action in made._actions for word in [spelt(action)] if word]
    return " ".join([made.prog, *words])


def spelt(action: argparse.Action) -> str:
    """One word of the line."""
    if isinstance(action, argparse._HelpAction | argparse._VersionAction):
        return ""
    if isinstance(action, argparse._SubParsersAction):
        return f"{action.metavar} …"
    if not action.option_strings:
        return str(action.metavar or action.dest)
    return f"[{with_value(action)}]"


def with_value(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    return action.option_strings[-1] + value


def rows(made: argparse.ArgumentParser) -> Iterator[str]:
    """What each word is for."""
    for action in made._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction) or not action.help:
            continue
        word = with_value(action) if action.option_strings else action.metavar or action.dest
        yield f"| `{word}` | {action.help} |"
