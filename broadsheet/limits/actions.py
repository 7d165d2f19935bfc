"""The use of limits."""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction

from broadsheet.core.secrets import keyed_digest
from broadsheet.limits.errors import TooManyRequests
from broadsheet.limits.keys import TAGGED
from broadsheet.limits.models import Allowance
from broadsheet.limits.states import Limit


def take(*uses: tuple[Limit, str]) -> None:
    """Use each limit once for a person or network; raises TooManyRequests, and uses none, if any limit is reached.

    The key of a row is a keyed digest that changes every day (UTC), so that no person can be followed by it.
    """
    now = time.time()
    with transaction.atomic():
        for key, limit in sorted((_key(limit, counted, now), limit) for limit, counted in uses):
            _take(limit, key, now)  # sorted, so that no two requests wait for each other


def check(limit: Limit, counted: str) -> None:
    """Raise TooManyRequests if a limit is reached, without using it: a single read, which waits for no writer.

    Only `take` is exact where many requests come at once.
    """
    now, rate = time.time(), settings.LIMITS[limit]
    interval, period = rate.interval.total_seconds(), rate.period.total_seconds()
    used_until = Allowance.objects.reached(_key(limit, counted, now), now=now, interval=interval, period=period)
    if used_until is not None:
        raise TooManyRequests(timedelta(seconds=used_until - now + interval - period))


def take_exactly(limit: Limit, mailbox: str) -> bool:
    """Use a limit once and return True, or return False if it was used as often in the past period as it allows.

    Each of the rate's times is a row that can be used once in a period, so no period has more, whenever it begins.
    The rows keep their keys overnight. Addresses with a tag never use the last time, which is reserved for the address
    without one: where the server takes the two for separate mailboxes, a tagged address cannot exhaust the other.
    """
    now, period = time.time(), settings.LIMITS[limit].period.total_seconds()
    keys = _exact_keys(limit, mailbox)
    keys = (keys[:-1] or keys) if mailbox.endswith(TAGGED) else keys[::-1]
    return any(Allowance.objects.take(key, now=now, interval=period, period=period) is not None for key in keys)


def give_back(limit: Limit, mailbox: str, times: int) -> None:
    """Give back some uses of a limit that is counted exactly, the latest first: they should not have counted."""
    used = Allowance.objects.filter(key__in=_exact_keys(limit, mailbox), used_until__gt=time.time())
    latest = list(used.order_by("-used_until", "key").values_list("key", flat=True)[:times])
    Allowance.objects.filter(key__in=latest).delete()


def queue_up(limit: Limit, counted: str) -> timedelta | None:
    """Use the next place of a limit that is a queue, and return the time until then; a full queue has None.

    The first place is an interval away, the last a period.
    """
    now, rate = time.time(), settings.LIMITS[limit]
    interval, period = rate.interval.total_seconds(), rate.period.total_seconds()
    used_until = Allowance.objects.take(_key(limit, counted, now), now=now, interval=interval, period=period)
    return None if used_until is None else timedelta(seconds=used_until - now)


def is_allowed(limit: Limit, counted: str) -> bool:
    """Use a limit once, in one statement, and return whether it allowed that."""
    now, rate = time.time(), settings.LIMITS[limit]
    interval, period = rate.interval.total_seconds(), rate.period.total_seconds()
    return Allowance.objects.take(_key(limit, counted, now), now=now, interval=interval, period=period) is not None


def delete_past_allowances() -> int:
    """Delete the rows that are unused again, and return their number."""
    return Allowance.objects.filter(used_until__lte=time.time()).delete()[0]


def _take(limit: Limit, key: str, now: float) -> None:
    rate = settings.LIMITS[limit]
    interval, period = rate.interval.total_seconds(), rate.period.total_seconds()
    if Allowance.objects.take(key, now=now, interval=interval, period=period) is None:
        used_until = Allowance.objects.values_list("used_until", flat=True).get(key=key)
        raise TooManyRequests(timedelta(seconds=used_until - now + interval - period))


def _exact_keys(limit: Limit, mailbox: str) -> list[str]:
    places, shared = range(settings.LIMITS[limit].times), mailbox.removesuffix(TAGGED)
    return [keyed_digest("limit", f"{limit}\0{shared}\0{place}") for place in places]


def _key(limit: Limit, counted: str, now: float) -> str:
    day = datetime.fromtimestamp(now, UTC).date()
    return keyed_digest("limit", f"{day}\0{limit}\0{counted}")
