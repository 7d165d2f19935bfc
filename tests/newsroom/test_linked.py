"""Addresses in plain text are links."""

import pytest

from broadsheet.newsroom.templatetags.newsroom import linked


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "the log (http://a.example/b?c=d&e=f).",
            'the log (<a href="{0}">{0}</a>).'.format("http://a.example/b?c=d&amp;e=f"),
        ),
        ("(https://a.example/Quay_(harbour))", '(<a href="{0}">{0}</a>)'.format("https://a.example/Quay_(harbour)")),
        ("See https://a.example.", 'See <a href="{0}">{0}</a>.'.format("https://a.example")),
        ("<b> & javascript:x() a.example", "&lt;b&gt; &amp; javascript:x() a.example"),
        ('https://a.example/"onclick="x', '<a href="{0}">{0}</a>&quot;onclick=&quot;x'.format("https://a.example/")),
    ],
)
def test_only_addresses_become_links_and_everything_else_is_escaped(text: str, html: str) -> None:
    assert linked(text) == html
