"""What is deleted is in no file of the paper's folder any more, whatever SQLite does by default."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from broadsheet.config.databases import sqlite_pragmas
from tests.command.papers import Paper

pytestmark = pytest.mark.sqlite
TRUNCATE = "PRAGMA wal_checkpoint(TRUNCATE)"
# Runs in the paper, with a SQLite that overwrites nothing unless our connection says so. It stores words of each kind
# (of what is encrypted, the ciphertext) and deletes them as the paper does; then it prints the words that are still in
# a file of the folder a minute later, and after the night.
SCRIPT = """
import json
from datetime import timedelta
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
options = connections.settings["default"]["OPTIONS"]
options["init_command"] = "PRAGMA secure_delete=OFF;" + options["init_command"]
connection.close()
from broadsheet.discussion import actions
from broadsheet.mail.delivery import Server, deliver_due
from broadsheet.mail.models import Email
from tests.factories import discussion, newsroom
Server.send = lambda *_: ""
LONG = "CANARYLONG " * 300

def on_the_disk(words):
    connection.close()  # a file that is open in this process must not be closed: it would lose SQLite's locks
    raw = {file.name: file.read_bytes() for file in settings.DATA.rglob("*") if file.is_file()}
    return [(name, word[:24]) for name, data in raw.items() for word in words if word.encode() in data]

def ciphertexts():
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM discussion_comment UNION SELECT recipient FROM mail_email "
                       "UNION SELECT text FROM mail_email")
        return [value[10:90] for (value,) in cursor.fetchall() if value]  # a long one is not in one piece

article = newsroom.article(newsroom.section("Harbour"))
stay = [discussion.submitted(article, text=f"Words that stay {number}") for number in range(20)]
expired = discussion.submitted(article, text="CANARYSHORT " + LONG, name="CANARYNAME", website="https://canary.example")
confirmed = discussion.submitted(article, text="Words that stay", address="b@canary.example")
email = Email.objects.create(purpose="test", recipient="c@canary.example", subject="A subject", text=LONG)
words = ["CANARYSHORT", "CANARYLONG", "CANARYNAME", "canary.example", *ciphertexts()]
gone = newsroom.article(article.section, title="A story that goes", deck="QWXYZDECK")
published = ["QWXYZDECK", "wxyzdeck"]  # the latter is in the search index
for number in range(10):
    newsroom.article(article.section, title=f"A story that stays {number}")
call_command("update_index", verbosity=0, stdout=open("/dev/null", "w"))  # a worker's task, which does not run here
missing = {word[:24] for word in words + published} - {word for _, word in on_the_disk(words + published)}
assert not missing, missing

deliver_due()
for comment in (confirmed, *stay):
    actions.verify_comment(comment)
with time_machine.travel(timezone.now() + timedelta(hours=25)):
    call_command("expire_unverified")
Email.objects.all().delete()
gone.delete()
call_command("erase_journal")
minute = on_the_disk(words)
call_command("rewrite_database")
print(json.dumps([minute, on_the_disk(words + published)]))
"""


def test_no_file_has_deleted_words_and_addresses_a_minute_later_nor_articles_after_the_night(paper: Paper) -> None:
    minute, night = json.loads(paper.shell(SCRIPT).splitlines()[-1])
    assert minute == []
    assert night == []


def files_with_a_deleted_word(
    folder: Path, version: tuple[int, ...], erase: Callable[[sqlite3.Connection], object]
) -> list[str]:
    """Return where a deleted word is, in a database with the pragmas for a version of SQLite."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "paper.sqlite3", isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete=OFF")
        for pragma in filter(None, sqlite_pragmas(version).split(";")):
            database.execute(pragma)
        database.execute("CREATE TABLE note (text TEXT)")
        database.executemany("INSERT INTO note VALUES (?)", [("CANARY " * 2000,), ("stays",)])
        database.execute("DELETE FROM note WHERE text LIKE 'CANARY%'")
        erase(database)
        return [file.name for file in folder.iterdir() if b"CANARY" in file.read_bytes()]


def test_a_write_ahead_log_keeps_deleted_words_until_it_is_truncated(tmp_path: Path) -> None:
    """The SQLite of this machine may be too old for the paper to use such a log."""
    version = (3, 51, 3)
    assert files_with_a_deleted_word(tmp_path / "before", version, lambda database: None) == ["paper.sqlite3-wal"]
    assert files_with_a_deleted_word(tmp_path / "after", version, lambda it: it.execute(TRUNCATE).fetchall()) == []
