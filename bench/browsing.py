"""Somebody at a served paper who has a connection and cookies, fills in forms, and looks at the clock."""

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.port, self.address = port, address
        self.cookies: dict[str, str] = {}
        self.sent = 0  # comments
        self._open()

    def move_to(self, address: str) -> None:
        """Goes on from another address of this machine, which belongs to another network."""
        self.line.close()
        self.address = address
        self._open()

    def _open(self) -> None:
        self.line = socket.create_connection(("127.0.0.1", self.port), timeout=120, source_address=(self.address, 0))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = self.line.makefile("rb")

    def get(self, path: str) -> Heard:
        """Asks for a page."""
        return self._ask("GET", path, "", {})

    def post(self, path: str, fields: Mapping[str, str]) -> Heard:
        """Sends a form."""
        return self._ask("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str, headers: dict[str, str]) -> Heard:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers |= {"Cookie": cookies, "Origin": f"http://127.0.0.1:{self.port}"} if cookies else {}
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        question = ("\r\n".join(lines) + f"\r\n\r\n{body}").encode()
        began = time.perf_counter()
        try:
            status, said, answered = self._exchange(question)
        except ConnectionError:  # it was kept open too long
            self.line.close()
            self._open()
            began = time.perf_counter()
            status, said, answered = self._exchange(question)
        took = (time.perf_counter() - began) * 1000
        for cookie in said.get("set-cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(cookie).items()}
        return Heard(status, answered.decode(), took, said.get("location", [""])[0])

    def _exchange(self, question: bytes) -> tuple[int, dict[str, list[str]], bytes]:
        """Status, headers and body. Read by hand: http.client takes as long as the paper does for a small page."""
        self.line.sendall(question)
        first = self.heard.readline()
        if not first:
            raise ConnectionResetError
        said: dict[str, list[str]] = {}
        while line := self.heard.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            said.setdefault(name.lower(), []).append(value.strip())
        if "content-length" in said:
            return int(first.split()[1]), said, self.heard.read(int(said["content-length"][0]))
        return int(first.split()[1]), said, b"".join(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        """A body whose length is not told before."""
        while length := int(self.heard.readline(), 16):
            yield self.heard.read(length)
            self.heard.readline()
        self.heard.readline()

    def form(self, path: str, field: str) -> dict[str, str]:
        """What stands in the form of a page that has a field of this name."""
        heard = self.get(path)
        forms = BeautifulSoup(heard.body, "lxml").find_all("form")
        found = [form for form in forms if form.select_one(f'[name="{field}"]')]
        assert found, f"{path} has no form with {field}, but answers {heard.status}: {heard.body[:2000]}"
        return dict(_filled_in(found[0]))

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
