"""The items of a command, each changed by itself: one that fails is logged, and the others are changed."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.core.management.base import CommandError

from broadsheet.core.failures import outcome_of

logger = logging.getLogger(__name__)
Item = TypeVar("Item")


def for_each(items: Iterable[Item], change: Callable[[Item], object], *, what: str) -> int:
    """Change each item, and return their number; raise CommandError at the end where any could not be changed.

    `what` names an item in the log, which shows the type of each failure and no value.
    """
    done, failed = 0, 0
    for item in items:
        if error := outcome_of(lambda: change(item)):  # noqa: B023 - called at once
            failed += 1
            logger.error("%s failed.", what, exc_info=error)
        else:
            done += 1
    if failed:
        raise CommandError(f"{what} failed {failed} times, and succeeded {done} times. The log says why.")
    return done
