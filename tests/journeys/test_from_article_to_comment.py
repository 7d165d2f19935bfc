"""The whole story in a browser, on the demo as `make demo` runs it: published, commented, confirmed, reviewed, read."""

import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.demo.sign_ins import SIGN_IN_WORDS
from tests.command.papers import BROADSHEET, free_port, surroundings
from tests.contracts.tree import ROOT

WORDS = "My grandfather sat on the old bench and would have sat on this one."
PUBLIC = ["/", "/town/", "/feed/", "/feed/atom/", "/town/feed/", "/search/?q=grandfather", "/archive/", "/sitemap.xml"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo of its own."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    command = [*BROADSHEET, "demo", "--data", str(folder / "paper"), "--port", str(port)]
    log = (folder / "log").open("w")
    running = subprocess.Popen(command, cwd=ROOT, env=surroundings(), stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for_line(folder / "log", "Listening on", running)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=30)
        log.close()


def wait_for_line(log: Path, sign: str, running: subprocess.Popen[bytes]) -> None:
    """Waits until the demo says that it listens."""
    while sign not in log.read_text():
        try:
            running.wait(timeout=0.3)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"the demo ended before it listened:\n{log.read_text()}")


@contextmanager
def somebody(browser: Browser, demo: str, *, email: str = "", javascript: bool = True) -> Iterator[Page]:
    """A browser of somebody's own, signed in where an address is given."""
    with browser.new_context(locale="en-GB", java_script_enabled=javascript, base_url=demo) as context:
        page = context.new_page()
        if email:
            page.goto("/sign-in/")
            page.fill("[name=username]", email)
            page.fill("[name=password]", SIGN_IN_WORDS)
            page.click("main button[type=submit]")
        yield page


def publish_article(page: Page) -> str:
    """Writes and publishes an article at /cms/ and returns its address."""
    page.goto("/cms/pages/add/newsroom/articlepage/4/")
    page.fill("[name=title]", "A new bench for the quay")
    page.fill("[name=deck]", "It seats four, and two who know each other well.")
    page.fill("[name=place]", "Brackwater")
    page.locator("[data-streamfield-stream-container] button[title='Insert a block']").first.click()
    page.get_by_role("option", name="Paragraph").click()
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.type("The bench arrived on Monday, in two pieces.")
    page.wait_for_timeout(600)  # the editor writes into its form a quarter of a second later
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    link = page.get_by_role("link", name="View live").first.get_attribute("href")
    assert link
    return link[link.index("/20") :]


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
    """Opens the newest letter of the outbox and returns its link."""
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


def read(address: str) -> str:
    """What a reader without cookies gets; raises for anything but 200."""
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - an address of this test's own
        text: str = answer.read().decode()
        return text


def nobody_sees_it(demo: str, article: str) -> bool:
    """Whether no public address has the words."""
    pages = [*PUBLIC, article, f"{article}comments/newest/"]
    return not any(WORDS in read(demo + page) for page in pages)


@pytest.mark.timeout(240)
def test_an_editor_publishes_a_reader_comments_without_javascript_and_a_reviewer_approves(
    browser: Browser, demo: str
) -> None:
    with somebody(browser, demo, email="editor@brackwater.example") as editor:
        article = publish_article(editor)
    assert re.fullmatch(r"/\d{4}/\d{2}/\d{2}/a-new-bench-for-the-quay/", article)

    with somebody(browser, demo, javascript=False) as reader:
        comment_on(reader, article)
        assert nobody_sees_it(demo, article)
        reader.goto(link_in_outbox(reader))
        assert nobody_sees_it(demo, article), "opening the link is not confirming"
        reader.locator("main form button[type=submit]").click()
        receipt = reader.url
        assert "/receipts/" in receipt
        assert WORDS in reader.inner_text("main")
        assert nobody_sees_it(demo, article)
        assert not reader.context.cookies()

        with somebody(browser, demo, email="reviewer@brackwater.example") as reviewer:
            reviewer.goto("/desk/")
            waiting = reviewer.locator("main", has_text=WORDS)
            for page in range(2, 5):
                if waiting.count():
                    break
                reviewer.goto(f"/desk/page/{page}/")
            reviewer.locator("main a[href*='/desk/comments/']", has_text="Orla").or_(
                reviewer.locator("li, article, section, tr", has_text=WORDS).last.locator("a[href*='/desk/comments/']")
            ).first.click()
            assert WORDS in reviewer.inner_text("main")
            reviewer.get_by_role("button", name=re.compile("approve", re.IGNORECASE)).first.click()
            assert "Approve" in reviewer.inner_text("body")

        reader.goto(article)
        column = reader.inner_text("main")
        assert WORDS in column
        assert "Orla Fenn" in column
        reader.goto(receipt)
        assert "published" in reader.inner_text("main").lower()
    assert not nobody_sees_it(demo, article)


def test_every_kind_of_page_answers(demo: str) -> None:
    front = read(demo + "/")
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
        assert read(demo + page), page
