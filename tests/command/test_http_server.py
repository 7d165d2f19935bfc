"""The door's processes end when they are told to, in whatever moment of their life."""

import subprocess
import sys

from tests.command.papers import surroundings
from tests.contracts.tree import ROOT

# A parent with a handler of its own, as granian has, and children that are told to end the moment they are there.
STORY = """
import os, signal, sys, time
from broadsheet.config.options import load_options
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from broadsheet.command import http_server
signal.signal(signal.SIGTERM, lambda *_: None)
if sys.argv[1] == "careful":
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


def lost(how: str) -> int:
    """Of 20 children that are told to end as soon as they are made, how many go on."""
    ran = subprocess.run(
        [sys.executable, "-c", STORY, how],
        cwd=ROOT, env=surroundings(), capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return int(ran.stdout)


def test_a_worker_that_is_told_to_end_while_it_is_made_ends() -> None:
    assert lost("careful") == 0


def test_without_that_care_some_would_go_on() -> None:
    assert lost("careless") > 0
