"""A browser whose every request the paper answers in the same process; what leads elsewhere is noted and refused."""

import mimetypes
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Request, Route

HOME = "http://paper.example"
PHOTOGRAPHS = "/images/"


class Visit:
    """One browser window at the paper: `asked` is what it asked of the paper, `elsewhere` what it asked of others."""

    def __init__(self, context: BrowserContext, client: Client) -> None:
        self.client = client
        self.asked: list[str] = []
        self.bodies: dict[str, bytes] = {}
        self.elsewhere: list[str] = []
        self._connection = connections[connection.alias]
        context.route("**/*", self._answer)
        self.page: Page = context.new_page()

    def to(self, address: str) -> Page:
        """Opens an address of the paper and waits until what it needs is there."""
        self.asked.clear()
        self.bodies.clear()
        self.page.goto(HOME + address, wait_until="load")
        return self.page

    def without_photographs(self) -> list[str]:
        """The addresses that the page has asked for, but for photographs."""
        return [address for address in self.asked if not address.startswith(PHOTOGRAPHS)]

    def _answer(self, route: Route, request: Request) -> None:
        address = request.url.removeprefix(HOME)
        if address == request.url:
            self.elsewhere.append(request.url)
            route.abort()
            return
        self.asked.append(address)
        if address.startswith("/static/"):
            self._serve_file(route, urlsplit(address).path)
        else:
            self._serve_page(route, request, address)

    def _serve_file(self, route: Route, path: str) -> None:
        found = finders.find(path.removeprefix("/static/"))
        if not isinstance(found, str):
            route.fulfill(status=404)
            return
        with open(found, "rb") as file:
            self.bodies[path] = file.read()
        route.fulfill(body=self.bodies[path], content_type=mimetypes.guess_type(path)[0] or "font/woff2")

    def _serve_page(self, route: Route, request: Request, address: str) -> None:
        # Playwright calls from a context of its own, which would open a second connection beside the test's.
        connections[connection.alias] = self._connection
        headers = {"host": "paper.example"}
        if request.method == "POST":
            kind = request.headers["content-type"]
            answer = self.client.post(address, request.post_data_buffer or b"", content_type=kind, headers=headers)
        else:
            answer = self.client.get(address, headers=headers)
        body = answer.getvalue()
        self.bodies[address] = body
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=body)
