"""What the front remembers to be quick is never somebody else's answer."""

import pytest
from pytest_django.fixtures import Settings

from broadsheet.config.page_server import MAX_HOST_LENGTH, is_allowed_host
from broadsheet.pagecache.answers import LONGEST_WISH, Answer, chosen_encoding

HTML = (("Content-Type", "text/html; charset=utf-8"),)
BODIES = {"identity": b"the words", "gzip": b"packed", "br": b"smaller"}


def test_an_encoding_is_chosen_of_those_that_this_page_has() -> None:
    assert chosen_encoding("gzip, br", ("identity", "gzip", "br")) == "br"
    assert chosen_encoding("gzip, br", ("identity", "gzip")) == "gzip"
    assert chosen_encoding("gzip, br", ("identity",)) == "identity"


@pytest.mark.parametrize(("length", "encoding"), [(LONGEST_WISH, "gzip"), (LONGEST_WISH + 1, "identity")])
def test_a_wish_that_no_browser_has_is_answered_unpacked(length: int, encoding: str) -> None:
    assert chosen_encoding("gzip,".ljust(length, "x"), tuple(BODIES)) == encoding


def test_what_one_reader_does_to_the_headers_does_not_reach_the_next() -> None:
    answer = Answer(HTML, "digest", BODIES)
    _, headers, _ = answer.to({"REQUEST_METHOD": "GET"})
    headers.clear()
    status, headers, body = answer.to({"REQUEST_METHOD": "GET"})
    assert (status, body, dict(headers)["Content-Length"]) == (200, b"the words", "9")


def test_only_a_condition_with_the_tag_of_the_same_encoding_saves_the_body() -> None:
    answer = Answer(HTML, "digest", BODIES)
    asked = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_ENCODING": "gzip"}
    assert answer.to({**asked, "HTTP_IF_NONE_MATCH": '"digest-gzip"'})[0] == 304
    assert answer.to({**asked, "HTTP_IF_NONE_MATCH": '"digest-br"'})[2] == b"packed"


def test_a_host_is_ours_as_long_as_the_settings_say_so(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["courant.example"]
    assert is_allowed_host("courant.example:8000")
    settings.ALLOWED_HOSTS = ["gazette.example"]
    assert not is_allowed_host("courant.example:8000")


def test_a_host_longer_than_any_name_is_not_ours(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert is_allowed_host("a" * MAX_HOST_LENGTH)
    assert not is_allowed_host("a" * (MAX_HOST_LENGTH + 1))
