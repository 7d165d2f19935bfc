"""What every test may borrow from the machine: a browser, vnu, axe-core; and what the end of a run says was missing."""

import gc
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper
from hypothesis import is_hypothesis_test, strategies
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.command.logs import pytest_runtest_makereport, pytest_runtest_setup
from tests.databases import copied_database, is_one_transaction
from tests.tasks import lazy_indexes
from tools import equipment

__all__ = ["pytest_runtest_makereport", "pytest_runtest_setup"]
pytest_plugins = ["tests.kinds"]

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--unsafely-treat-insecure-origin-as-secure=http://paper.example",  # in production, papers have https
    # The browser's sockets are closed like the tests' own: no name but this machine's leads anywhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exempt what is imported from garbage collection, which would examine all of Django again and again."""
    if any(is_hypothesis_test(getattr(item, "function", None)) for item in session.items):
        strategies.text().validate()  # makes Unicode's tables, for seconds, where there is no cache of them yet
    gc.collect()
    gc.freeze()


def close_connection(connection: DatabaseWrapper) -> None:
    """Close a connection, to a database in memory too, unless it is the one of the tests that keeps the database.

    Django's own never closes those, so that the ones of ended threads would be found by the garbage collection, which
    Python 3.13 warns of in whatever test runs at that moment.
    """
    if not connection.is_in_memory_db() or threading.current_thread() is not threading.main_thread():
        BaseDatabaseWrapper.close(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replace the database that pytest-django would migrate with a copy of the template."""
    stack = ExitStack()
    stack.enter_context(pytest.MonkeyPatch.context()).setattr(DatabaseWrapper, "close", close_connection)
    with django_db_blocker.unblock():
        stack.enter_context(copied_database())
    yield
    with django_db_blocker.unblock():
        stack.close()


@pytest.fixture(autouse=True)
def _emails_are_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Emails leave as soon as they are committed, as they do half a second later where a worker runs."""
    from broadsheet.mail import actions  # noqa: PLC0415 - Django has to be set up first
    from broadsheet.mail.delivery import deliver_due  # noqa: PLC0415

    send = actions.send

    def send_and_deliver(**email: str) -> object:
        transaction.on_commit(deliver_due)
        return send(**email)

    monkeypatch.setattr(actions, "send", send_and_deliver)


@pytest.fixture(autouse=True)
def _lazy_indexes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Wagtail's indexes are updated only when they are read, if the test is one transaction."""
    if is_one_transaction(request.node):
        with lazy_indexes():
            yield
    else:
        yield


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    """The database of the test before was another paper."""
    from broadsheet.pagecache.fragments import FRAGMENTS  # noqa: PLC0415 - Django has to be set up first

    FRAGMENTS.clear()


def borrow(name: str) -> None:
    """Skips the test, with a sentence, where the machine lacks the piece; fails it where everything is required."""
    sentence = equipment.lack_of(name)
    if sentence and equipment.everything_is_required():
        pytest.fail(f"This run requires everything: {sentence}.", pytrace=False)
    if sentence:
        pytest.skip(sentence)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for one module: Playwright keeps an event loop running, which other modules should not meet."""
    borrow("browser")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(executable_path=equipment.chromium(), args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()
        connections.close_all()  # those of this loop: nobody could close them later, and no database falls under them


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a reader who was never here before."""
    with browser.new_context(locale="en-GB") as context:
        yield context.new_page()


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """The same without JavaScript."""
    with browser.new_context(locale="en-GB", java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def java_vnu() -> list[str]:
    """The command line of the HTML checker; the files to check follow it."""
    borrow("java")
    borrow("vnu")
    return [str(shutil.which("java")), "-jar", str(equipment.VNU)]


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The JavaScript of axe-core, to be evaluated in a page."""
    borrow("axe")
    return equipment.AXE.read_text()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in one line for each cause what was skipped and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    for sentence, count in Counter(map(cause, skipped)).most_common():
        terminalreporter.write_line(f"Skipped {count}: {sentence}")


def cause(report: pytest.TestReport) -> str:
    """Returns the sentence that a test was skipped with."""
    told = report.longrepr
    return told[2].removeprefix("Skipped: ") if isinstance(told, tuple) else Path(report.nodeid).name
