"""Names in every script, and of signs alone, have addresses that readers can open."""

from urllib.parse import quote

import pytest
from django.test import Client
from taggit.models import Tag

from broadsheet.newsroom.models import ArticlePage, Author, SectionPage
from tests.interchange.conftest import Written
from tests.interchange.imports import export, run
from tests.interchange.wxr import item

pytestmark = pytest.mark.django_db
NAMES = ["Наука", "علوم", "科学", "विज्ञान", "ข่าว", "Επιστήμη", "🔥", "?!", "!?", "…"]


def post(number: int, name: str) -> str:
    extra = (
        f'<category domain="category" nicename="{quote(name).lower()}"><![CDATA[{name}]]></category>'
        f'<category domain="post_tag" nicename=""><![CDATA[{name}]]></category>'
    )
    written = item(number, extra=extra).replace("<![CDATA[wim]]>", f"<![CDATA[{name}]]>")
    written = written.replace(f"<wp:post_name>post-{number}<", f"<wp:post_name>{quote(name).lower()}<")
    return written.replace(f"<title>Post {number}</title>", f"<title>{name}</title>")


def test_each_has_a_section_a_subject_an_author_and_an_article_of_its_own(written: Written) -> None:
    report = run(written(export(*(post(number, name) for number, name in enumerate(NAMES, 1)))))
    assert f"{len(NAMES)} sections" in report
    assert dict(SectionPage.objects.values_list("title", "numchild")) == dict.fromkeys(NAMES, 1)
    assert SectionPage.objects.get(title="科学").slug == "科学"
    assert Tag.objects.get(name="🔥").slug == "fire"
    reader = Client()
    paths = ["/", "/feed/", "/feed/atom/", "/sitemap.xml", "/sitemap-articles-1.xml", "/sitemap-pages.xml"]
    paths += [page.url for page in SectionPage.objects.all()]
    paths += [f"/{slug}/feed/" for slug in SectionPage.objects.values_list("slug", flat=True)]
    paths += [article.get_absolute_url() for article in ArticlePage.objects.all()]
    paths += [author.get_absolute_url() for author in Author.objects.all()]
    paths += [f"/tags/{slug}/" for slug in Tag.objects.values_list("slug", flat=True)]
    assert len(set(paths)) == 6 + 5 * len(NAMES)
    assert {path: reader.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_a_second_run_finds_them_all(written: Written) -> None:
    path = written(export(*(post(number, name) for number, name in enumerate(NAMES, 1))))
    run(path)
    assert "Nothing new" in run(path)


def test_a_dry_run_counts_what_would_be_made(written: Written) -> None:
    path = written(export(post(1, "Наука"), post(2, "наука"), post(3, "🔥")))
    counts = "3 articles, 3 sections, 3 authors"
    assert counts in run(path, "--dry-run")
    assert not SectionPage.objects.exists()
    assert counts in run(path)
