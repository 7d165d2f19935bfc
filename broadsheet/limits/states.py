"""The names of the limits, and their rates."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

PERIODS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
WRITTEN = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(PERIODS)})")


class Limit(StrEnum):
    """A limited action, with the things that it is counted for. The value is its name in the options."""

    SIGN_IN_ACCOUNT = "sign_in_account"
    SIGN_IN_NETWORK = "sign_in_network"
    RESET_ACCOUNT = "reset_account"
    RESET_NETWORK = "reset_network"
    RESET_EMAILS_MAILBOX = "reset_emails_mailbox"
    COMMENTS_NETWORK = "comments_network"
    COMMENTS_THREAD = "comments_thread"
    COMMENTS_PAPER = "comments_paper"
    CODES_NETWORK = "codes_network"
    CODES_MAILBOX = "codes_mailbox"
    EMAILS_MAILBOX = "emails_mailbox"
    SLOWED_EMAILS_NETWORK = "slowed_emails_network"
    REQUESTED_EMAILS_NETWORK = "requested_emails_network"


# For an account always from one network: attempts from elsewhere keep nobody out of their own account. The sizes of the
# others are explained in ADR 37.
DEFAULTS = {
    Limit.SIGN_IN_ACCOUNT: "20/hour",
    Limit.SIGN_IN_NETWORK: "200/hour",
    Limit.RESET_ACCOUNT: "3/day",
    Limit.RESET_NETWORK: "20/day",
    Limit.RESET_EMAILS_MAILBOX: "3/day",
    Limit.COMMENTS_NETWORK: "60/hour",
    Limit.COMMENTS_THREAD: "100/hour",
    Limit.COMMENTS_PAPER: "300/hour",
    Limit.CODES_NETWORK: "60/hour",
    Limit.CODES_MAILBOX: "20/day",
    Limit.EMAILS_MAILBOX: "3/day",
    Limit.SLOWED_EMAILS_NETWORK: "10/hour",
    Limit.REQUESTED_EMAILS_NETWORK: "20/hour",
}


@dataclass(frozen=True)
class Rate:
    """A number of times in a period: all of them at once if need be, and then one more after each `interval`."""

    times: int
    period: timedelta

    @classmethod
    def of(cls, written: str) -> "Rate":
        """Read a rate such as "20/hour"; raises ValueError with a sentence for another text."""
        found = WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"'{written}' is not a limit. Write a number and a period, such as 20/hour or 3/day")
        return cls(int(found[1]), PERIODS[found[2]])

    @property
    def interval(self) -> timedelta:
        """The time between two uses of a limit that has been reached."""
        return self.period / self.times


def rates(changed: dict[str, str]) -> dict[Limit, Rate]:
    """Return the rate of every limit; raises ValueError with a sentence for an unknown name or an invalid rate."""
    unknown = sorted(set(changed) - set(Limit))
    if unknown:
        raise ValueError(f"'{unknown[0]}' is not a limit. The limits are {', '.join(Limit)}")
    return {limit: Rate.of(changed.get(limit, written)) for limit, written in DEFAULTS.items()}
