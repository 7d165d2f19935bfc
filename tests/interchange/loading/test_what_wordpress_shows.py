"""Readers find in the paper what they found on the WordPress site: files are imported, and their pages asked for."""

import pytest
from django.test import Client

from broadsheet.newsroom.models import ArticlePage
from tests.interchange.conftest import Written
from tests.interchange.imports import export, run
from tests.interchange.wxr import item, meta

pytestmark = pytest.mark.django_db
AUTHOR = (
    "<wp:author><wp:author_login>{}</wp:author_login><wp:author_display_name>{}</wp:author_display_name></wp:author>"
)
ADA, WIM = AUTHOR.format("ada", "Ada Quay"), AUTHOR.format("wim", "Wim Oars")


def category(slug: str, name: str, domain: str = "category") -> str:
    return f'<category domain="{domain}" nicename="{slug}"><![CDATA[{name}]]></category>'


def term(number: int, slug: str, name: str) -> str:
    return (
        f"<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{slug}</wp:category_nicename>"
        f"<wp:cat_name><![CDATA[{name}]]></wp:cat_name></wp:category>"
    )


def page_of(article: ArticlePage) -> str:
    response = Client().get(article.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def only() -> ArticlePage:
    article: ArticlePage = ArticlePage.objects.get()
    return article


def byline(article: ArticlePage) -> list[str]:
    return [entry.author.name for entry in article.byline.all()]


@pytest.mark.parametrize("password", ["", " ", "\n<![CDATA[ ]]>\n", "<![CDATA[]]>", "0"])
def test_a_post_that_asks_for_no_password_is_published(written: Written, password: str) -> None:
    field = "<wp:post_password></wp:post_password>"
    run(written(export(item(1).replace(field, f"<wp:post_password>{password}</wp:post_password>"))))
    assert "Words." in page_of(only())


def test_words_behind_odd_names_of_elements_reach_the_reader(written: Written) -> None:
    body = "<p>Set it to <max> knots before <title> noon.</p><h2>10<sup>6</sup> <lt> boats</h2>"
    body += "<svg><text>drawn</text></svg>"
    report = run(written(export(item(1, body=body))))
    page = page_of(only())
    assert "Set it to knots before noon." in page
    assert "10^6 boats" in page
    assert "drawn" in page
    assert "Not as in the texts of the source: 1 drawing, whose words stand in the text." in report


def test_a_link_in_a_quotation_a_heading_or_a_table_can_be_followed(written: Written) -> None:
    links = [f'<a href="http://a.example.org/{place}">x {place}</a>' for place in ("quote", "head", "cell", "caption")]
    body = (
        "<blockquote>{}</blockquote><h2>{}</h2><table><tr><td>{}</td><td>b</td></tr></table>"
        "<blockquote>words<cite>{}</cite></blockquote>"
    ).format(*links)
    run(written(export(item(1, body=body))))
    page = page_of(only())
    for place in ("quote", "head", "cell", "caption"):
        assert f'<a href="http://a.example.org/{place}">' in page


def test_a_byline_of_several_names_them_in_their_order(written: Written) -> None:
    terms = category("cap-ada", "Ada Quay", "author") + category("cap-wim", "wim", "author")
    run(written(export(ADA, WIM, item(1, extra=terms))))
    assert byline(only()) == ["Ada Quay", "Wim Oars"]
    assert "Ada Quay" in page_of(only())


def test_a_guest_of_the_byline_becomes_an_author(written: Written) -> None:
    terms = category("cap-jo", "Jo &amp; Co", "author") + category("cap-other", "Wim Oars", "author")
    run(written(export(WIM, item(1, extra=terms))))
    assert byline(only()) == ["Jo & Co", "Wim Oars"]


@pytest.mark.parametrize("key", ["_yoast_wpseo_primary_category", "rank_math_primary_category"])
def test_the_category_that_the_author_put_first_is_the_section(written: Written, key: str) -> None:
    categories = category("archive", "Archive") + category("harbour", "Harbour")
    terms = term(8, "archive", "Archive") + term(9, "harbour", "Harbour")
    run(written(export(terms, item(1, extra=categories + meta(key, "9")))))
    assert only().section.title == "Harbour"
    assert [tag.name for tag in only().tags.all()] == ["Archive"]


def test_two_posts_with_one_id_both_come_in_and_once_only(written: Written) -> None:
    other = item(7, body="Quite another article.").replace("Post 7", "Second").replace("/post-7/", "/second/")
    path = written(export(item(7), other.replace("<wp:post_name>post-7", "<wp:post_name>second")))
    run(path)
    assert sorted(ArticlePage.objects.values_list("title", flat=True)) == ["Post 7", "Second"]
    assert "Nothing new" in run(path)


def test_footnotes_are_linked_with_their_text(written: Written) -> None:
    body = '<!-- wp:paragraph --><p>Old<sup data-fn="aa-1"><a href="#aa-1" id="aa-1-link">1</a></sup>.</p>'
    stored = '[{"id":"aa-1","content":"Built in 1874 by <em>two</em> brothers."}]'
    run(written(export(item(1, body=body, extra=meta("footnotes", stored)))))
    page = page_of(only())
    assert 'href="#note-1"' in page
    assert 'id="note-1"' in page
    assert "Built in 1874 by <i>two</i> brothers." in page
