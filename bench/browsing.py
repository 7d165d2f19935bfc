"""Somebody at a served paper who has a connection and cookies, fills in forms, and looks at the clock."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

TYPED = {"text", "hidden", "email", "password", "number", "search", "url", "date", "datetime-local", ""}


@dataclass(frozen=True)
class Heard:
    """An answer, and how long it took from the question to its last byte, in milliseconds."""

    status: int
    body: str
    took: float
    location: str = ""


class Visitor:
    """A browser without a cache."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self._open()

    def _open(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, path: str) -> Heard:
        """Asks for a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: Mapping[str, str]) -> Heard:
        """Sends a form."""
        return self._ask("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Heard:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers |= {"Cookie": cookies, "Origin": f"http://127.0.0.1:{self.port}"} if cookies else {}
        began = time.perf_counter()
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (HTTPException, ConnectionError):  # it was kept open too long
            self.connection.close()
            self._open()
            began = time.perf_counter()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        said = answer.read()
        took = (time.perf_counter() - began) * 1000
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return Heard(answer.status, said.decode(), took, answer.headers.get("Location", ""))

    def form(self, path: str, field: str) -> dict[str, str]:
        """What stands in the form of a page that has a field of this name."""
        page = BeautifulSoup(self.get(path).body, "lxml")
        forms = (form for form in page.find_all("form") if form.select_one(f'[name="{field}"]'))
        return dict(_filled_in(next(forms)))

    def sign_in(self, name: str, password: str) -> None:
        """Signs in as one of the staff."""
        given = {**self.form("/sign-in/", "password"), "username": name, "password": password}
        assert self.post("/sign-in/", given).status == 302, "nobody can sign in"


def _filled_in(form: Tag) -> list[tuple[str, str]]:
    """What a browser would send of it untouched, but for its buttons."""
    found = []
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = str(field.get("name") or ""), str(field.get("type") or "")
        if not name or (field.name == "input" and kind not in TYPED and not field.has_attr("checked")):
            continue
        found.append((name, _value_of(field)))
    return found


def _value_of(field: Tag) -> str:
    if field.name == "textarea":
        return field.get_text().removeprefix("\n")
    if field.name == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        return str(chosen.get("value", "")) if chosen else ""
    return str(field.get("value") or ("on" if field.has_attr("checked") else ""))
