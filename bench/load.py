"""Asks a server for the same page as often as it can answer, with wrk; compares servers within one run."""

import math
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.rows import Missing

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}  # in milliseconds


@dataclass(frozen=True)
class Load:
    """What wrk found in one go: requests a second, latencies in milliseconds, and answers that were none."""

    rate: float
    p50: float
    p99: float
    failed: int = 0


@dataclass(frozen=True)
class Target:
    """An address to ask for, and the headers to ask with."""

    address: str
    headers: tuple[str, ...] = ()


def wrk(target: Target, *, seconds: float, connections: int = 16, threads: int = 1) -> Load:
    """Loads a server from this machine for some seconds; raises Missing where there is no wrk."""
    program = shutil.which("wrk")
    if not program:
        raise Missing("There is no wrk on PATH: install wrk.")
    headers = [word for header in target.headers for word in ("-H", header)]
    command = [program, "--latency", f"-d{seconds:g}s", f"-c{connections}", f"-t{threads}", *headers, target.address]
    return parsed(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def parsed(said: str) -> Load:
    """Reads what wrk prints; raises ValueError where it is not the report of a load."""
    rate = re.search(r"^Requests/sec: +([\d.]+)", said, re.MULTILINE)
    if not rate:
        raise ValueError(f"wrk did not say how many requests a second there were: {said}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    failed = int(bad[1]) if bad else 0
    failed += sum(map(int, errors.groups())) if errors else 0
    return Load(float(rate[1]), _latency(said, 50), _latency(said, 99), failed)


def _latency(said: str, percent: int) -> float:
    found = re.search(rf"^ +{percent}% +([\d.]+)(us|ms|s|m) *$", said, re.MULTILINE)
    if not found:
        raise ValueError(f"wrk did not say how long {percent} % of the requests took: {said}")
    return float(found[1]) * UNITS[found[2]]


def alternating(
    targets: Mapping[str, Target], *, rounds: int, seconds: float, connections: int = 16
) -> dict[str, list[Load]]:
    """Loads each in turn, round after round, so that whatever else the machine does meets all of them alike.

    A first round that only warms them is not counted. Raises AssertionError where a server answered with an error.
    """
    found: dict[str, list[Load]] = {name: [] for name in targets}
    for target in targets.values():
        wrk(target, seconds=1, connections=connections)
    for _ in range(rounds):
        for name, target in targets.items():
            load = wrk(target, seconds=seconds, connections=connections)
            assert not load.failed, f"{load.failed} requests to {name} failed"
            found[name].append(load)
    return found


def median_rate(loads: Iterable[Load]) -> float:
    """Requests a second, the middle one of several goes."""
    return statistics.median(load.rate for load in loads)


def median_ratio(these: Sequence[Load], those: Sequence[Load]) -> float:
    """How these compare with those: each with its neighbour of the same round, and of that the middle one."""
    return statistics.median(one.rate / other.rate for one, other in zip(these, those, strict=True))


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that so many per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
