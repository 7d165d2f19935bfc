"""Every response under a private address, refusals too, stays out of caches and search engines."""

import pytest
from django.test import Client

from broadsheet.accounts.states import Role
from broadsheet.config.url_prefixes import URL_PREFIXES
from broadsheet.discussion import tokens
from broadsheet.discussion.states import CommentState
from tests.factories import accounts, discussion, newsroom

pytestmark = pytest.mark.django_db


def check_private(response: object) -> None:
    headers = response.headers  # type: ignore[attr-defined]
    assert {"no-store", "private"} <= set(headers["Cache-Control"].replace(" ", "").split(","))
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("prefix", [prefix.path for prefix in URL_PREFIXES if prefix.private])
def test_whatever_a_private_address_answers_is_kept_nowhere(prefix: str, client: Client) -> None:
    for path in (prefix, f"{prefix}nothing/", f"{prefix}nothing", f"{prefix}1/decide/"):
        check_private(client.get(path))
        check_private(client.post(path))
        check_private(Client(enforce_csrf_checks=True).post(path))


def test_refusals_of_a_commenters_pages_are_kept_nowhere(client: Client) -> None:
    article = newsroom.article()
    comment = discussion.pending(article)
    receipt = f"/receipts/{tokens.receipt_token(comment)}/"
    check_private(client.get(receipt))
    expired = discussion.in_state(CommentState.EXPIRED, article)
    refused = client.post(f"/receipts/{tokens.receipt_token(expired)}/withdraw/")
    assert refused.status_code == 409
    check_private(refused)
    confirmed = client.get(f"/comments/confirm/{discussion.confirmation_token(comment)}/")
    assert confirmed.status_code in {200, 409, 410}
    check_private(confirmed)
    check_private(client.get(f"/{article.address}/comments/write/99999/"))
    article.unpublish()
    check_private(client.get(f"/{article.address}/comments/write/"))


def test_the_desk_refuses_those_who_may_not_review_without_leaving_it_in_a_cache() -> None:
    refused = accounts.signed_in(Role.EDITOR).get("/desk/")
    check_private(refused)


def test_a_public_page_may_be_found_and_kept(client: Client) -> None:
    for path in (f"/{newsroom.article().address}/", "/", "/nothing/"):
        response = client.get(path)
        assert "X-Robots-Tag" not in response.headers
        assert "no-store" not in response.headers.get("Cache-Control", "")
