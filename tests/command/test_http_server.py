"""The server's child processes can be stopped from the first moment of their lives."""

import subprocess
import sys

from tests.command.papers import environment
from tests.contracts.tree import ROOT

# A parent with a SIGTERM handler, as granian has, and children that get SIGTERM right after the fork.
CODE = """
import os, signal, sys, time
from broadsheet.config.options import load_options
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from broadsheet.command import http_server
signal.signal(signal.SIGTERM, lambda *_: None)
if sys.argv[1] == "reset":
    http_server.reset_sigterm_in_children()
lost = 0
for _ in range(20):
    child = os.fork()
    if not child:
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            time.sleep(0.01)
        os._exit(0)
    os.kill(child, signal.SIGTERM)
    lost += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGTERM
print(lost)
"""


def survivors(handler: str) -> int:
    """Return how many of 20 children ignore a SIGTERM right after the fork."""
    result = subprocess.run(
        [sys.executable, "-c", CODE, handler],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return int(result.stdout)


def test_a_sigterm_right_after_the_fork_ends_the_child() -> None:
    assert survivors("reset") == 0


def test_without_the_reset_some_children_ignore_an_early_sigterm() -> None:
    assert survivors("inherited") > 0
