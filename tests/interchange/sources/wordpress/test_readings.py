"""The reading of an old address: a list of WordPress is named by its last part, even where that is a number."""

import pytest

from broadsheet.interchange.records import AddressScheme
from broadsheet.interchange.sources.wordpress.addresses import links_of


@pytest.mark.parametrize(
    ("path", "scheme", "key"),
    [
        ("/tag/2008/", AddressScheme.TAG, "2008"),
        ("/tag/2008/page/2/", AddressScheme.TAG, "2008"),
        ("/tag/tides/feed/atom/", AddressScheme.TAG, "tides"),
        ("/category/harbour/ferry/page/3/", AddressScheme.SECTION, "ferry"),
        ("/author/ida/feed/", AddressScheme.AUTHOR, "ida"),
    ],
)
def test_a_list_is_named_by_its_last_part(path: str, scheme: AddressScheme, key: str) -> None:
    [link] = links_of(path, {})
    assert (link.scheme, link.keys) == (scheme, (key,))
