"""A cached response is negotiated and validated for each request, and no request changes it for the next."""

import pytest

from broadsheet.bakery.responses import MAX_ACCEPT_ENCODING, CachedResponse, preferred_encoding
from tests.bakery.pages import HTML

BODIES = {"identity": b"the words", "gzip": b"packed", "br": b"smaller"}


@pytest.fixture
def response() -> CachedResponse:
    """A page with two compressed copies."""
    return CachedResponse(HTML, "digest", BODIES)


def test_an_encoding_is_preferred_only_if_the_page_has_it() -> None:
    assert preferred_encoding("gzip, br", ("identity", "gzip", "br")) == "br"
    assert preferred_encoding("gzip, br", ("identity", "gzip")) == "gzip"
    assert preferred_encoding("gzip, br", ("identity",)) == "identity"


@pytest.mark.parametrize(("length", "encoding"), [(MAX_ACCEPT_ENCODING, "gzip"), (MAX_ACCEPT_ENCODING + 1, "identity")])
def test_a_header_longer_than_any_browser_sends_is_answered_uncompressed(length: int, encoding: str) -> None:
    assert preferred_encoding("gzip,".ljust(length, "x"), tuple(BODIES)) == encoding


def test_a_change_to_the_headers_of_one_response_does_not_reach_the_next(response: CachedResponse) -> None:
    _, headers, _ = response.for_request({"REQUEST_METHOD": "GET"})
    headers.clear()
    status, headers, body = response.for_request({"REQUEST_METHOD": "GET"})
    assert (status, body, dict(headers)["Content-Length"]) == (200, b"the words", "9")


def test_only_the_etag_of_the_same_encoding_is_not_modified(response: CachedResponse) -> None:
    environ = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_ENCODING": "gzip"}
    assert response.for_request({**environ, "HTTP_IF_NONE_MATCH": '"digest-gzip"'})[0] == 304
    assert response.for_request({**environ, "HTTP_IF_NONE_MATCH": '"digest-br"'})[2] == b"packed"
