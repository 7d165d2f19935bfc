"""`kill -9` of the server under load: what has a receipt is there once, with its words, and the file is sound."""

import http.client
import itertools
import random
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.campaigns import pace, parts
from tests.command.links import Links
from tests.command.papers import Paper, serving, wait_until
from tools.ports import addresses, free_port

READERS = 4
PARTS = parts(4)
SETTING = """
from tests.factories import discussion, newsroom
print(discussion.terms().pk, newsroom.article().address)
"""


@dataclass
class Readers:
    """Readers who write, confirm and look at their receipt, and do the same again whenever the server is gone."""

    terms: str
    address: str
    links: Links
    port: int
    written: set[str] = field(default_factory=set)
    receipts: dict[int, str] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    networks: Iterator[str] = field(default_factory=addresses)
    stop: threading.Event = field(default_factory=threading.Event)

    def read_and_write(self) -> None:
        """One reader's day."""
        while not self.stop.is_set():
            text = f"I saw it from the quay, for the {next(self.numbers)}th time."
            self.written.add(text)
            while not self.stop.is_set() and not self.comment(text):
                time.sleep(0.05)

    def comment(self, text: str) -> bool:
        """Writes one comment and follows it to its receipt; whether that was seen."""
        try:
            receipt = self.post(self.links.confirmation(self.write(text)))
            if text in self.ask("GET", receipt):
                self.receipts[int(receipt.split("/")[2].partition(".")[0])] = text
                return True
        except (OSError, http.client.HTTPException):
            pass
        return False

    def write(self, text: str) -> int:
        """Sends the form; returns the number that is sealed in the address that it leads to."""
        digits = "".join(re.findall(r"\d", text))
        fields = {"terms": self.terms, "name": "Ida Holm", "email": f"reader{digits}@post.example", "text": text}
        waiting = self.post(f"/{self.address}/comments/write/", fields)
        return self.links.number_in(waiting)

    def post(self, path: str, fields: dict[str, str] | None = None) -> str:
        """Sends a form and returns where it leads to."""
        return self.ask("POST", path, urlencode(fields or {}))

    def ask(self, method: str, path: str, body: str = "") -> str:
        """One request on a connection of its own: the address it leads to, or the page."""
        home = next(self.networks), 0  # within the limits of a network, however many write
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=home)) as connection:
            connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            page = answer.read().decode()
            if answer.status >= http.HTTPStatus.BAD_REQUEST:
                raise AssertionError(f"{method} {path}: {answer.status} {page}")
            return answer.headers["Location"] or page


def confirmed_words(paper: Paper) -> dict[str, list[int]]:
    """Every text with the confirmed comments that have it. Sent again after that, it is unconfirmed (ADR 33)."""
    stored: dict[str, list[int]] = {}
    confirmed = "discussion_revision r JOIN discussion_comment c ON c.id = r.comment_id WHERE c.state <> 'unverified'"
    for text, number in paper.sql(f"SELECT r.text, c.id FROM {confirmed}"):
        stored.setdefault(str(text), []).append(int(str(number)))
    return stored


def is_sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as opened:
        return opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.campaign
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", PARTS)
def test_every_comment_with_a_receipt_outlives_kill_nine(part: int, paper: Paper) -> None:
    terms, address = paper.shell(SETTING).split()
    readers = Readers(terms, address, Links(paper.folder), port=free_port())
    threads = [threading.Thread(target=readers.read_and_write, daemon=True) for _ in range(READERS)]
    going, rounds = pace("kill -9", full=200 // len(PARTS)), 0
    for thread in threads:
        thread.start()
    while going.allows(rounds):
        rounds += 1
        with serving(paper, port=readers.port):
            seen = len(readers.receipts)
            wait_until(lambda seen=seen: len(readers.receipts) > seen)  # type: ignore[misc]
            time.sleep(random.uniform(0, 0.5))  # and then in the middle of whatever it is doing
    readers.stop.set()
    for thread in threads:
        thread.join()
    seconds = (time.monotonic() - going.began) / rounds
    print(f"part {part}: {rounds} rounds of {seconds:.1f} s, {len(readers.receipts)} receipts")
    stored = confirmed_words(paper)
    assert len(readers.receipts) >= rounds
    assert {text: stored.get(text) for text in readers.receipts.values()} == {
        t: [n] for n, t in readers.receipts.items()
    }
    assert {text: numbers for text, numbers in stored.items() if text in readers.written and len(numbers) > 1} == {}
    assert paper.database or is_sound(paper.folder / "paper.sqlite3")
