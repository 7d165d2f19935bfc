"""Requests that no browser makes get an answer, and no traceback."""

import pytest
from django.test import Client

from tests.factories import newsroom

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        *("/%00/", "/%00/page/2/", "/%00/feed/", "/%00/feed/atom/", "/tags/%00/", "/tags/%00/page/2/"),
        *("/authors/%00/page/2/", "/2026/11/29/%00/", "/2026/11/29/a/comments/%00/", "/media/images/%00.jpg", "/a%00b"),
        *(
            "/receipts/%00/",
            "/comments/confirm/%00/",
            "/comments/waiting/%00/",
            "/desk/%00/",
            "/cms/%00/",
            "/demo/%00/",
        ),
    ],
)
def test_an_address_with_a_nul_is_not_found(path: str, client: Client) -> None:
    newsroom.paper()
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"<h1>" in answer.content
