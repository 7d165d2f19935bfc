"""`broadsheet doctor`: says line by line what is well and what is not."""

import argparse
from collections.abc import Iterable, Iterator
from importlib import import_module

from broadsheet.command import checks
from broadsheet.command.findings import Finding, Level, fail, ok
from broadsheet.command.opening import check_is_paper, choose_folder, switch_on, take_flags
from broadsheet.config.options import BadOptions, load_options


def run(asked: argparse.Namespace) -> int:
    """Prints every finding and returns 1 if one of them fails."""
    folder = choose_folder(asked)
    check_is_paper(folder)
    failed = told(look(asked))
    print("Not everything is well." if failed else "All is well.")
    return int(failed)


def look(asked: argparse.Namespace) -> Iterator[Finding]:
    """Yields what stands around the paper, and then, if it can be opened, what is in it."""
    folder = choose_folder(asked)
    needed = [*options(asked), checks.folder_is_writable(folder), checks.secrets_are_readable(folder)]
    yield from needed
    yield from checks.surroundings(folder)
    if any(finding.level == Level.FAIL for finding in needed):
        return
    switch_on(asked)
    # These read models, which exist only now that the settings do.
    yield from import_module("broadsheet.command.soundness").of_the_paper()
    if asked.send_test_to:
        yield import_module("broadsheet.command.post").send_test(asked.send_test_to)


def options(asked: argparse.Namespace) -> list[Finding]:
    """Names each option that cannot be used."""
    take_flags(asked)
    try:
        load_options()
    except BadOptions as error:
        return [fail("options", line) for line in error.lines]
    return [ok("options", "each can be used")]


def told(found: Iterable[Finding]) -> bool:
    """Prints the findings as they come; whether one of them failed."""
    failed = False
    for finding in found:
        print(finding, flush=True)
        failed = failed or finding.level == Level.FAIL
    return failed
