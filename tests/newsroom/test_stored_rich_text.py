"""Rich text is shown without what the editor does not offer, whichever road has stored it."""

import json

import pytest
from django.test import Client

from broadsheet.newsroom.models import ArticlePage
from tests.factories import newsroom

pytestmark = pytest.mark.django_db
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<p onclick=alert(1)>words</p>",
    '<a href="javascript:alert(1)">words</a>',
    '<a href="JaVa\tscript:alert(1)">words</a>',
    '<iframe src="https://evil.example/"></iframe>',
    "<svg><a xlink:href='javascript:alert(1)'><text>words</text></a></svg>",
    "<style>body { display: none }</style>",
    '<form action="https://evil.example/"><input name="password"></form>',
    '<embed embedtype="media" url="https://evil.example/"/>',
    "<p style='position: fixed'>words</p>",
    "<meta http-equiv=refresh content='0; url=https://evil.example/'>",
]
KEPT = (
    '<p data-block-key="a1b2c"><b>Bold</b>, <i>italic</i>, <sup>2</sup>, <sub>2</sub>, <code>code</code> and '
    '<a href="https://example.org/?a=1&amp;b=2">a link</a>, <a href="mailto:ada@paper.example">an address</a></p>'
)


def stored(html: str, kind: str) -> ArticlePage:
    """Return an article whose row has this rich text, as a program may have written it."""
    article = newsroom.article(title="The dredger is back")
    body = json.dumps([{"type": kind, "value": html, "id": "9c1e6f3a-0000-4000-8000-000000000000"}])
    ArticlePage.objects.filter(pk=article.pk).update(body=body)
    return ArticlePage.objects.get(pk=article.pk)


@pytest.mark.parametrize("kind", ["paragraph", "listing"])
def test_nothing_that_acts_is_shown(kind: str, client: Client) -> None:
    article = stored("".join(HOSTILE), kind)
    page = client.get(f"/{article.address}/").content.decode()
    text = page[page.index("<h1") : page.index("</article>")]
    for word in ("alert(", "onerror", "onclick", "javascript:", "evil.example", "position: fixed", "<embed "):
        assert word not in text
    assert "words" in text


def test_what_the_editor_offers_stays_as_it_is() -> None:
    article = stored(KEPT, "paragraph")
    assert article.body[0].value.source == KEPT


def test_a_link_to_a_page_of_the_paper_stays(client: Client) -> None:
    other = newsroom.article(title="Another story")
    article = stored(f'<p data-block-key="a1b2c"><a linktype="page" id="{other.pk}">words</a></p>', "paragraph")
    assert f'<a href="/{other.address}/">words</a>' in client.get(f"/{article.address}/").content.decode()


def test_a_video_with_another_scheme_leads_nowhere(client: Client) -> None:
    article = newsroom.article(title="The dredger is back")
    value = {"url": "javascript:alert(1)", "title": "The dredger"}
    ArticlePage.objects.filter(pk=article.pk).update(body=json.dumps([{"type": "embed", "value": value}]))
    assert "javascript:" not in client.get(f"/{article.address}/").content.decode()
