"""The whole story in a browser, on the demo as `make demo` runs it: published, commented, confirmed, reviewed, read.

All of it among baked pages: before each step the pages that it concerns lie on the disk, and the first request after it
sees what it has taken away, or the very page from before where it has changed nothing.
"""

import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.demo.sign_ins import SIGN_IN_WORDS
from tests.command.logs import Log, written
from tests.command.papers import BROADSHEET, environment, wait_until
from tests.contracts.tree import ROOT
from tools.ports import free_port

WORDS = "My grandfather sat on the old bench and would have sat on this one."
HEADLINE = "A new bench for the quay"
BAKED = ["/", "/town/", "/feed/", "/feed/atom/", "/town/feed/", "/archive/", "/news-sitemap.xml", "/sitemap.xml"]
PUBLIC = [*BAKED, "/search/?q=grandfather"]
NAMING = ["/", "/town/", "/feed/", "/feed/atom/", "/town/feed/", "/news-sitemap.xml"]  # the newest articles


@dataclass(frozen=True)
class Demo:
    """A demo that is served, and the folder of its pages."""

    address: str
    pages: Path

    def read(self, path: str) -> str:
        """What a reader without cookies gets; raises for anything but 200."""
        with urllib.request.urlopen(self.address + path) as answer:  # noqa: S310 - an address of this test's own
            text: str = answer.read().decode()
            return text

    def is_baked(self, path: str) -> bool:
        """Whether the page lies on the disk."""
        beneath = self.pages / path.strip("/")
        files = (beneath / "index.html", beneath / "index.xml", beneath)
        return any(file.is_file() for file in files)

    def shows(self, words: str, *paths: str) -> None:
        """Wait until pages show what was added: during a rendering, others get the stale copy for a moment (ADR 25)."""
        for path in paths:
            wait_until(lambda path=path: words in self.read(path), timeout=10)  # type: ignore[misc]

    def baked(self, *paths: str) -> dict[str, str]:
        """The pages as they lie on the disk from now on; asked for until they do, for the worker is at work too."""
        for _ in range(20):
            found = {path: self.read(path) for path in paths}
            if all(map(self.is_baked, paths)):
                return found
            time.sleep(0.5)
        pytest.fail(f"not baked: {[path for path in paths if not self.is_baked(path)]}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    command = [*BROADSHEET, "demo", "--data", str(folder / "paper"), "--port", str(port)]
    with written("broadsheet demo") as log:
        running = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=log.file, stderr=subprocess.STDOUT)
        try:
            wait_for_line(log, "Listening on", running)
            yield Demo(f"http://127.0.0.1:{port}", folder / "paper/baked/pages")
        finally:
            running.terminate()
            running.wait(timeout=30)


def wait_for_line(log: Log, sign: str, running: subprocess.Popen[bytes]) -> None:
    """Waits until the demo says that it listens."""
    while sign not in log.text():
        try:
            running.wait(timeout=0.3)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail("the demo ended before it listened", pytrace=False)


@contextmanager
def somebody(browser: Browser, demo: Demo, *, email: str = "", javascript: bool = True) -> Iterator[Page]:
    """A browser of somebody's own, signed in where an address is given."""
    with browser.new_context(locale="en-GB", java_script_enabled=javascript, base_url=demo.address) as context:
        page = context.new_page()
        if email:
            page.goto("/sign-in/")
            page.fill("[name=username]", email)
            page.fill("[name=password]", SIGN_IN_WORDS)
            page.click("main button[type=submit]")
        yield page


def publish_article(page: Page) -> tuple[str, str]:
    """Writes and publishes an article at /cms/ and returns its address, and where it is edited."""
    page.goto("/cms/pages/add/newsroom/articlepage/4/")
    page.fill("[name=title]", HEADLINE)
    page.fill("[name=deck]", "It seats four, and two who know each other well.")
    page.fill("[name=place]", "Brackwater")
    page.locator("[data-streamfield-stream-container] button[title='Insert a block']").first.click()
    page.get_by_role("option", name="Paragraph").click()
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.type("The bench arrived on Monday, in two pieces.")
    publish(page)
    link = page.get_by_role("link", name="View live").first.get_attribute("href")
    edit = page.locator("a[href*='/edit/']", has_text="Edit").first.get_attribute("href")
    assert link
    assert edit
    return link[link.index("/20") :], edit


def comment_on(page: Page, article: str) -> None:
    """Reads the article and sends the form below it."""
    page.goto(article)
    assert "The bench arrived on Monday" in page.inner_text("main")
    assert "No comments." in page.inner_text("main")
    page.fill("[name=name]", "Orla Fenn")
    page.fill("[name=email]", "orla.fenn@post.example")
    page.fill("[name=text]", WORDS)
    page.locator("form.comment-form button[type=submit]").click()


def link_in_outbox(page: Page) -> str:
    """Opens the newest email of the outbox and returns its link."""
    for _ in range(40):
        page.goto("/demo/outbox/")
        if page.locator("main a", has_text="confirm").count():
            break
        page.wait_for_timeout(500)
    page.locator("main a", has_text="confirm").first.click()
    assert "orla.fenn@post.example" in page.inner_text("main")
    link = page.locator("main a[href*='/comments/confirm/']").first.get_attribute("href")
    assert link
    return link


def nobody_sees_it(demo: Demo, article: str) -> bool:
    """Whether no public address has the words."""
    pages = [*PUBLIC, article, f"{article}comments/newest/"]
    return not any(WORDS in demo.read(page) for page in pages)


def open_at_desk(reviewer: Page, queue: str) -> None:
    """Finds the comment in one of the desk's lists, and opens it."""
    for page in ("", *(f"page/{number}/" for number in range(2, 6))):
        reviewer.goto(f"{queue}{page}")
        row = reviewer.locator("main li, main article, main tr", has_text=WORDS).last
        if row.count():
            row.locator("a[href*='/desk/comments/']").first.click()
            assert WORDS in reviewer.inner_text("main")
            return
    pytest.fail(f"it is not in {queue}")


def decide(reviewer: Page, outcome: str) -> None:
    """Presses the button of an outcome."""
    reviewer.get_by_role("button", name=re.compile(outcome, re.IGNORECASE)).first.click()


def publish(page: Page) -> None:
    """Publishes what the editor has open."""
    page.wait_for_timeout(600)  # the editor writes into its form a quarter of a second later
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_selector("text=View live")


@pytest.mark.timeout(280)
def test_an_editor_publishes_a_reader_comments_without_javascript_and_a_reviewer_approves(
    browser: Browser, demo: Demo
) -> None:
    demo.baked(*BAKED)
    with somebody(browser, demo, email="editor@brackwater.example") as editor:
        article, edit = publish_article(editor)
    assert re.fullmatch(r"/\d{4}/\d{2}/\d{2}/a-new-bench-for-the-quay/", article)
    day, newest = article[:12], f"{article}comments/newest/"
    demo.shows(HEADLINE, *NAMING, day)
    lying = demo.baked(*BAKED, day, article, newest)

    with somebody(browser, demo, javascript=False) as reader:
        comment_on(reader, article)
        assert nobody_sees_it(demo, article)
        reader.goto(link_in_outbox(reader))
        assert nobody_sees_it(demo, article), "opening the link is not confirming"
        reader.locator("form.confirm-form button").click()
        receipt = reader.url
        assert "/receipts/" in receipt
        assert WORDS in reader.inner_text("main")
        assert nobody_sees_it(demo, article)
        assert all(map(demo.is_baked, lying)), "nothing that readers see has changed so far"
        assert demo.baked(*lying) == lying
        assert not reader.context.cookies()

        with somebody(browser, demo, email="reviewer@brackwater.example") as reviewer:
            open_at_desk(reviewer, "/desk/")
            decide(reviewer, "approve")
            assert "Approve" in reviewer.inner_text("body")
        demo.shows(WORDS, article, newest)
        assert [path for path in (*BAKED, day) if not demo.is_baked(path)] == [], "they do not show comments"

        reader.goto(article)
        column = reader.inner_text("main")
        assert WORDS in column
        assert "Orla Fenn" in column
        reader.goto(receipt)
        assert "published" in reader.inner_text("main").lower()
    take_back(browser, demo, article, edit)


def take_back(browser: Browser, demo: Demo, article: str, edit: str) -> None:
    """The comment is removed and reinstated, the headline is corrected, and at last the article is taken down."""
    newest = f"{article}comments/newest/"
    with somebody(browser, demo, email="chief@brackwater.example") as chief:
        demo.baked(article, newest)
        open_at_desk(chief, "/desk/published/")
        chief.locator("[name=reason][value='4']").first.check()
        decide(chief, "remove")
        assert nobody_sees_it(demo, article)
        demo.baked(article, newest)
        open_at_desk(chief, "/desk/removed/")
        decide(chief, "reinstate")
        demo.shows(WORDS, article, newest)
    with somebody(browser, demo, email="editor@brackwater.example") as editor:
        demo.baked(*BAKED, article, newest)
        editor.goto(edit)
        editor.fill("[name=title]", "Two new benches for the quay")
        publish(editor)
        assert [path for path in (*NAMING, article) if "Two new benches" not in demo.read(path)] == []
        assert [path for path in (*NAMING, article) if HEADLINE in demo.read(path)] == []
        demo.baked(*BAKED, article, newest)
        editor.goto(f"{edit.removesuffix('edit/')}unpublish/")
        editor.get_by_role("button", name=re.compile("unpublish", re.IGNORECASE)).click()
        editor.wait_for_selector("text=unpublished")
        assert [path for path in NAMING if "Two new benches" in demo.read(path)] == []
        for path, told in ((article, "410"), (newest, "404")):
            with pytest.raises(HTTPError, match=told):
                demo.read(path)


def test_every_kind_of_page_answers(demo: Demo) -> None:
    front = demo.read("/")
    article = re.search(r'href="(/\d{4}/\d{2}/\d{2}/[-\w]+/)"', front)
    assert article
    day = article.group(1)[:12]
    kinds = [
        "/",
        "/town/",
        article.group(1),
        day,
        day[:9],
        day[:6],
        "/archive/",
        "/search/?q=ferry",
        "/about/",
        "/privacy/",
    ]
    others = [
        "/feed/",
        "/feed/atom/",
        "/town/feed/",
        "/sitemap.xml",
        "/news-sitemap.xml",
        "/robots.txt",
        "/demo/outbox/",
        "/sign-in/",
    ]
    for page in kinds + others:
        assert demo.read(page), page
