"""Old addresses of sections, subjects, authors, feeds, further pages and files lead on, and nowhere else."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from wagtail.contrib.redirects.models import Redirect

from broadsheet.interchange.models import OldAddress, Source
from broadsheet.newsroom.models import ArticlePage, Author
from tests.interchange.conftest import Written
from tests.interchange.imports import export, run
from tests.interchange.wxr import item

pytestmark = [pytest.mark.django_db]
WITHOUT_OURS = [name for name in settings.MIDDLEWARE if not name.endswith("OldAddressMiddleware")]
MOST_QUERIES = 8
HEADER = """
<wp:author><wp:author_id>4</wp:author_id><wp:author_login>wim.oars</wp:author_login>
<wp:author_display_name>Wim Oars</wp:author_display_name></wp:author>
<wp:category><wp:term_id>2</wp:term_id><wp:category_nicename>sport</wp:category_nicename>
<wp:category_parent></wp:category_parent><wp:cat_name>Sport</wp:cat_name></wp:category>
<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>rowing</wp:category_nicename>
<wp:category_parent>sport</wp:category_parent><wp:cat_name>Rowing</wp:cat_name></wp:category>
<wp:category><wp:term_id>5</wp:term_id><wp:category_nicename>%d1%81%d0%bf%d0%be%d1%80%d1%82</wp:category_nicename>
<wp:category_parent></wp:category_parent><wp:cat_name>Спорт</wp:cat_name></wp:category>
<wp:tag><wp:term_id>8</wp:term_id><wp:tag_slug>oars</wp:tag_slug>
<wp:tag_name>Oars &amp;amp; sculls</wp:tag_name></wp:tag>
"""
TERMS = """
<category domain="category" nicename="sport"><![CDATA[Sport]]></category>
<category domain="post_tag" nicename="oars"><![CDATA[Oars &amp; sculls]]></category>
"""


def small_site(written: Written, *words: str, **changes: str) -> ArticlePage:
    """Import a site of one post with a category, a subject, an author and an attachment; return the article."""
    post = item(12, extra=TERMS).replace("CDATA[wim]", "CDATA[wim.oars]")
    link = "https://ferrypost.example/paper/post-9/"
    upload = "https://ferrypost.example/paper/wp-content/uploads/2014/07/harbour.jpg"
    picture = item(9, extra=f"<wp:attachment_url>{upload}</wp:attachment_url>").replace(
        "<wp:post_type>post", "<wp:post_type>attachment"
    )
    picture = picture.replace("<wp:post_parent>0", "<wp:post_parent>12").replace("publish", "inherit")
    assert link in picture
    whole = export(HEADER, post, picture)
    for old, new in changes.items():
        whole = whole.replace(old, new)
    run(written(whole), *words)
    article: ArticlePage = ArticlePage.objects.get()
    return article


def leads_to(path: str) -> str | None:
    """Return the path to which an address is redirected permanently, None for a 404."""
    answer = Client().get(path)
    assert answer.status_code in {301, 404}, (path, answer.status_code)
    return answer.headers["Location"] if answer.status_code == 301 else None


def test_old_addresses_of_terms_authors_feeds_and_further_pages_lead_to_their_new_ones(written: Written) -> None:
    here = f"/{small_site(written).address}/"
    for old, new in {
        "category/sport": "/sport/",
        "category/sport/": "/sport/",
        "category/SPORT/page/7/": "/sport/",
        "category/sport/feed/": "/sport/feed/",
        "category/sport/feed/rdf/": "/sport/feed/",
        "category/sport/feed/atom/": "/sport/feed/atom/",
        "category/sport/rowing/": "/sport/",
        "category/спорт/": "/archive/",
        "?cat=2": "/sport/",
        "?cat=2&feed=atom": "/sport/feed/atom/",
        "tag/oars/": "/tags/oars/",
        "tag/oars/feed/": "/feed/",
        "?tag=oars": "/tags/oars/",
        "author/wim-oars/": "/authors/wim-oars/",
        "author/wim-oars/page/2/": "/authors/wim-oars/",
        "?author=4": "/authors/wim-oars/",
        "feed/": "/feed/",
        "feed/rss2/": "/feed/",
        "comments/feed/": "/feed/",
        "?feed=atom": "/feed/atom/",
        "page/3/": "/archive/",
        "": "/",
        "post-12/feed/": here,
        "post-12/2/": here,
        "post-12/comment-page-2/": here,
        "index.php/post-12/comment-page-2/": here,
        "?p=12&page=2": here,
        "post-9/": here,
        "?attachment_id=9": here,
        "wp-content/uploads/2014/07/harbour-300x200.jpg": here,
        "2014/07/": "/2014/07/",
        "2014/07/09/feed/": "/2014/07/",
        "?m=201407": "/2014/07/",
    }.items():
        assert (old, leads_to(f"/paper/{old}")) == (old, new)


def test_an_old_address_follows_its_section_subject_and_author_and_ends_with_them(written: Written) -> None:
    article = small_site(written)
    section, tag, author = article.section, article.tags.get(), Author.objects.get()
    section.slug, tag.slug, author.slug = "games", "sculls", "wim"
    with TestCase.captureOnCommitCallbacks(execute=True):
        for thing in (section, tag, author):
            thing.save()
    old = ("/paper/category/sport/", "/paper/tag/oars/", "/paper/author/wim-oars/")
    assert [leads_to(path) for path in old] == ["/games/", "/tags/sculls/", "/authors/wim/"]
    article.delete()
    assert [leads_to(path) for path in old] == ["/games/", "/archive/", "/authors/wim/"]
    for thing in (section, tag, author):
        thing.delete()
    assert [leads_to(path) for path in old] == [None, None, None]
    assert leads_to("/paper/category/sport/feed/") is None


def test_an_unpublished_section_and_article_are_not_led_to(written: Written) -> None:
    article = small_site(written)
    article.unpublish()
    assert Client().get("/paper/post-12/feed/", follow=True).status_code in {404, 410}
    article.section.unpublish()
    assert leads_to("/paper/category/sport/") is None


def test_an_unknown_address_costs_few_queries_however_many_sites_were_imported(
    written: Written, django_assert_max_num_queries: Any
) -> None:
    small_site(written)
    Source.objects.bulk_create(Source(address=f"site-{number}.example") for number in range(50))
    client = Client()
    client.get("/nothing/")
    with CaptureQueriesContext(connection) as before, override_settings(MIDDLEWARE=WITHOUT_OURS):
        Client().get("/nothing/at/all/")
    for path in ("/nothing/at/all/", "/category/nothing/", "/nothing/feed/", "/1/2/3/4/", "/x/page/2/page/2/page/2/"):
        with django_assert_max_num_queries(len(before) + MOST_QUERIES):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/category/sport/",
        "/paper//evil.example/feed/",
        "/paper/category//evil.example/",
        "/paper/category/https:%2F%2Fevil.example/",
        "/paper/tag/%5C%5Cevil.example/feed/",
        "/paper/%00/feed/",
        "/paper/" + "feed/" * 300,
        "/paper/2014/13/41/",
        "/paper/9999/feed/",
        "/paper/wp-content/uploads/../../../etc/passwd",
        "/paper/?p=99999999999999999999",
        "/paper/?cat=%00",
        "/paper/?tag=oars%00",
        "/paper/?tag=%ED%A0%80",
        "/paper/category/%F0%9F%92%A9/",
    ],
)
def test_no_odd_address_leads_off_the_site_or_fails(written: Written, path: str) -> None:
    small_site(written)
    answer = Client().get(path)
    assert answer.status_code in {200, 301, 404}
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")


def test_a_page_of_the_paper_and_an_editors_redirect_come_before_an_old_address(written: Written) -> None:
    small_site(written, **{"ferrypost.example/paper": "ferrypost.example"})
    assert leads_to("/category/sport/") == "/sport/"
    Redirect.objects.create(old_path="/category/sport", redirect_link="/tags/oars/")
    assert leads_to("/category/sport/") == "/tags/oars/"
    assert Client().get("/feed/").status_code == 200
    assert Client().post("/tag/oars/").status_code == 404


def test_without_an_import_no_address_is_old() -> None:
    assert leads_to("/category/sport/") is None
    assert leads_to("/comments/feed/") is None
    assert Client().get("/?cat=2").status_code == 200


def test_running_the_import_again_adds_the_addresses_to_a_paper_of_an_earlier_version(written: Written) -> None:
    small_site(written)
    OldAddress.objects.all().delete()
    assert leads_to("/paper/category/sport/") is None
    small_site(written)
    assert leads_to("/paper/category/sport/") == "/sport/"
