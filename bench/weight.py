"""What a reader's first visit weighs, and how soon it can be read on a slow telephone: Chromium at the demo's paper.

The page is as a reader gets it who was never here: nothing kept, baked pages, everything from the paper itself. The
network is Lighthouse's "slow 4G" as DevTools applies it; the processor is not slowed, but for what a tap takes.
"""

import statistics
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.rows import Missing, Row
from bench.serving import demo_paper, served
from tools import equipment

NAME = "weight"
VISITS = 5
KILOBIT = 1024 / 8  # bytes
SLOW_4G = {
    "offline": False,
    "latency": 562.5,  # milliseconds for each request: 3.75 round trips of 150
    "downloadThroughput": 1.6 * 1024 * 0.9 * KILOBIT,
    "uploadThroughput": 750 * 0.9 * KILOBIT,
}
NETWORK = "slow 4G: 562 ms a request, 1.5 Mbit/s"
TELEPHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75, "is_mobile": True}
SLOWER_PROCESSOR = 4  # times, while the page is tapped
PHOTOGRAPHS = "Image"
BUDGET = {"kB": "<= 100", "requests": "<= 12", "elsewhere": "<= 0", "LCP": "<= 1500", "CLS": "<= 0.02", "INP": "<= 100"}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
# Noted from the first moment on, and summed up afterwards.
WATCH = """
window.seen = {lcp: 0, cls: 0, tap: 0};
const note = (type, each, more) => new PerformanceObserver(list => list.getEntries().forEach(each))
  .observe({type, buffered: true, ...more});
note("largest-contentful-paint", entry => { window.seen.lcp = entry.startTime; });
note("layout-shift", entry => { if (!entry.hadRecentInput) window.seen.cls += entry.value; });
note("event", entry => { if (entry.interactionId) window.seen.tap = Math.max(window.seen.tap, entry.duration); },
     {durationThreshold: 16});
"""
LEAST_NOTED = 16.0  # milliseconds: browsers do not tell of interactions that took less


@dataclass
class Visit:
    """One visit: bytes on the wire by the kind of what came, with headers; and what the reader had of it."""

    bytes: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    elsewhere: int = 0
    lcp: float = 0
    cls: float = 0
    inp: float = 0

    def sum_without_photographs(self, what: dict[str, int]) -> int:
        """Everything but photographs, which stand in the budget of whoever uploads them."""
        return sum(number for kind, number in what.items() if kind != PHOTOGRAPHS)


def run() -> list[Row]:
    """Visits the front page, a section and an article some times each."""
    with demo_paper() as paper, served(paper) as running, _chromium() as browser:
        pages = {"front page": "/", "section": "/town/", "article": f"/{paper.fact('longest_article')}/"}
        for path in pages.values():
            visit(browser, running.address, path)  # bakes it
        visits = {name: [visit(browser, running.address, path) for _ in range(VISITS)] for name, path in pages.items()}
    return [row for name, made in visits.items() for row in rows(name, made)]


@contextmanager
def _chromium() -> Iterator[Browser]:
    if lack := equipment.lack_of("browser"):
        raise Missing(f"There is {lack}.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=equipment.chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


def visit(browser: Browser, home: str, path: str) -> Visit:
    """Opens a page as a reader who was never here, reads to its foot, and writes into it."""
    made = Visit()
    with browser.new_context(**TELEPHONE) as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        wire = context.new_cdp_session(page)
        _weigh(wire, home, made)
        wire.send("Network.emulateNetworkConditions", SLOW_4G)
        page.goto(home + path, wait_until="networkidle")
        made.lcp = page.evaluate("window.seen.lcp")
        wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
        _read_and_tap(page)
        made.cls, made.inp = page.evaluate("window.seen.cls"), page.evaluate("window.seen.tap") or LEAST_NOTED
    return made


def _weigh(wire: CDPSession, home: str, made: Visit) -> None:
    """Counts what comes until the reader begins to scroll."""
    kinds: dict[str, str] = {}

    def asked(event: dict[str, Any]) -> None:
        made.elsewhere += not event["request"]["url"].startswith((home, "data:"))

    def came(event: dict[str, Any]) -> None:
        if event["response"]["url"].startswith(home):
            kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"])
        if kind:
            made.bytes[kind] = made.bytes.get(kind, 0) + int(event["encodedDataLength"])
            made.requests[kind] = made.requests.get(kind, 0) + 1

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.responseReceived", came)
    wire.on("Network.loadingFinished", finished)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})


def _read_and_tap(page: Page) -> None:
    """Scrolls to the foot and taps: on the text, and on a field with some letters if there is one."""
    for _ in range(20):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(30)
    page.mouse.click(200, 400)
    field = page.locator("textarea:visible, input[type=search]:visible, input[type=text]:visible").first
    if field.count():
        field.click()
        page.keyboard.type("dredger")
    page.wait_for_timeout(300)  # what took long is told of a little later


def rows(name: str, visits: Iterable[Visit]) -> Iterator[Row]:
    """The figures of one page; the budget is the article's, and the others are held to it as well."""
    made = list(visits)
    first, kinds = made[-1], "HTML, CSS, scripts, fonts"
    weight = {kind: size / 1000 for kind, size in sorted(first.bytes.items())}
    told = ", ".join(f"{kind.lower()} {size:.0f}" for kind, size in weight.items() if kind != PHOTOGRAPHS)
    yield Row(f"{name}: {kinds}", first.sum_without_photographs(first.bytes) / 1000, "kB", BUDGET["kB"], told)
    yield Row("… requests for them", first.sum_without_photographs(first.requests), "", BUDGET["requests"])
    yield Row("… requests to others", first.elsewhere, "", BUDGET["elsewhere"], "nobody else learns who reads")
    yield Row("… photographs on a telephone", weight.get(PHOTOGRAPHS, 0), "kB", meaning="those near the first screen")
    yield Row("… largest paint (LCP)", _middle(one.lcp for one in made), "ms", BUDGET["LCP"], NETWORK)
    yield Row("… shift of the layout (CLS)", _middle(one.cls for one in made), "", BUDGET["CLS"], "nothing jumps")
    meaning = f"instead of INP; processor {SLOWER_PROCESSOR} × slower, {LEAST_NOTED:.0f} is the least a browser tells"
    yield Row("… slowest tap or key press", _middle(one.inp for one in made), "ms", BUDGET["INP"], meaning)


def _middle(values: Iterable[float]) -> float:
    return statistics.median(values)
