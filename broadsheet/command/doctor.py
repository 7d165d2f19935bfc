"""`broadsheet doctor`: checks the machine and the paper, and prints a line for each check."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module

from broadsheet.command.bootstrap import apply_flags, check_is_paper, choose_data_folder, set_up_django
from broadsheet.command.checks import host
from broadsheet.command.checks.result import CheckResult, Level, fail, ok
from broadsheet.config.options import BadOptions, load_options


def run(arguments: argparse.Namespace) -> int:
    """Print every result and return 1 if any check failed, otherwise 0."""
    folder = choose_data_folder(arguments)
    check_is_paper(folder)
    levels = print_results(check(arguments))
    print(summary(levels))
    return int(levels[Level.FAIL] > 0)


def check(arguments: argparse.Namespace) -> Iterator[CheckResult]:
    """Yield the results for the machine and then, if the paper can be opened, those for the paper."""
    folder = choose_data_folder(arguments)
    required = [*options(arguments), host.folder_is_writable(folder), host.secrets_are_readable(folder)]
    yield from required
    yield from host.host_checks(folder)
    if any(result.level == Level.FAIL for result in required):
        return
    set_up_django(arguments)
    # Imported here, because these modules import models, which need the settings.
    yield from import_module("broadsheet.command.checks.paper").paper_checks()
    if arguments.send_test_to:
        yield import_module("broadsheet.command.checks.mail").send_test_email(arguments.send_test_to)


def options(arguments: argparse.Namespace) -> list[CheckResult]:
    """Return a failure for each option whose value is invalid."""
    apply_flags(arguments)
    try:
        load_options()
    except BadOptions as error:
        return [fail("options", line) for line in error.lines]
    return [ok("options", "all valid")]


def print_results(results: Iterable[CheckResult]) -> Counter[Level]:
    """Print the results as they come, and return how many there are of each level."""
    levels: Counter[Level] = Counter()
    for result in results:
        print(result, flush=True)
        levels[result.level] += 1
    return levels


def summary(levels: Counter[Level]) -> str:
    """Return the last line: that checks failed, that some need attention, or that all is well."""
    if levels[Level.FAIL]:
        return "Some checks failed."
    if warnings := levels[Level.WARN]:
        return (
            f"No check failed, but {'one warning needs' if warnings == 1 else f'{warnings} warnings need'} attention."
        )
    return "All is well."
