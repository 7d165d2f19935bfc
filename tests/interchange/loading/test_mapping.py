"""Posts, pictures and comments become objects of the paper, and every loss is reported."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.accounts.states import Role
from broadsheet.commenters.models import Commenter, address_digest
from broadsheet.discussion.models import MAX_TEXT, Comment
from broadsheet.interchange.errors import NoMedia
from broadsheet.interchange.models import Counterpart
from broadsheet.newsroom.models import ArticlePage, Author, Photo, PlainPage, SectionPage
from broadsheet.review.models import Decision
from tests.factories import newsroom
from tests.factories.accounts import signed_in
from tests.interchange.conftest import Written
from tests.interchange.imports import contents, export, run
from tests.interchange.wxr import comment, item, meta

pytestmark = pytest.mark.django_db
SPORT = '<category domain="category" nicename="sport"><![CDATA[Sport]]></category>\n'
ROWING = '<category domain="category" nicename="rowing"><![CDATA[Rowing]]></category>\n'
OARS = '<category domain="post_tag" nicename="oars"><![CDATA[Oars &amp; sculls]]></category>\n'

PLAIN = {"title": "title", "link": "link", "excerpt": "excerpt:encoded"}
UPLOADS = "https://ferrypost.example/paper/wp-content/uploads"
WIM = (
    "<wp:author><wp:author_login>wim</wp:author_login>"
    "<wp:author_display_name>Wim Oars</wp:author_display_name></wp:author>\n"
)


def post(number: int = 1, *, extra: str = "", body: str = "Words.", **fields: str) -> str:
    """Return an item with some of its fields changed: `post(1, status="draft", post_type="page", title="…")`."""
    written = item(number, body=body, extra=extra)
    for name, value in fields.items():
        written = with_field(written, PLAIN.get(name, f"wp:{name}"), value)
    return written


def with_field(written: str, tag: str, value: str) -> str:
    """Return the item with another value in one of its fields."""
    field = re.compile(f"<{tag}>.*?</{tag}>", re.DOTALL)
    return field.sub(lambda _: f"<{tag}><![CDATA[{value}]]></{tag}>", written, count=1)


def attachment(number: int, file: str, *, alt: str = "", parent: int = 0) -> str:
    """Return an uploaded file; its caption is “In short.”, like the excerpt of every item."""
    url = f"{UPLOADS}/{file}"
    extra = f"<wp:attachment_url>{url}</wp:attachment_url>" + meta("_wp_attached_file", file)
    extra += meta("_wp_attachment_image_alt", alt) if alt else ""
    return post(number, post_type="attachment", status="inherit", post_parent=str(parent), extra=extra)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """An uploads folder with a picture and a broken file of July 2014."""
    folder = tmp_path / "uploads"
    (folder / "2014/07").mkdir(parents=True)
    (folder / "2014/07/harbour.jpg").write_bytes(newsroom.picture_bytes())
    (folder / "2014/07/broken.jpg").write_bytes(b"no picture")
    (tmp_path / "secret.jpg").write_bytes(newsroom.picture_bytes())
    return folder


def only() -> ArticlePage:
    article: ArticlePage = ArticlePage.objects.get()
    return article


def test_a_post_becomes_an_article_in_its_first_category_with_the_others_as_tags(written: Written) -> None:
    newsroom.paper(time_zone="Pacific/Auckland")
    run(written(export(WIM, post(7, extra=SPORT + ROWING + OARS, title="Eight men &amp; a boat"))))
    article = only()
    assert article.title == "Eight men & a boat"
    assert (article.section.title, article.section.slug) == ("Sport", "sport")
    assert article.get_parent().pk == article.section_id
    assert sorted(article.tags.values_list("name", "slug")) == [("Oars & sculls", "oars"), ("Rowing", "rowing")]
    assert [entry.author.name for entry in article.byline.all()] == ["Wim Oars"]
    assert article.deck == "In short."
    assert article.published_at == article.first_published_at == datetime(2014, 7, 1, 7, 30, tzinfo=UTC)
    assert (article.edition_date, article.address) == (date(2014, 7, 1), "2014/07/01/post-7")
    assert (article.live, article.comment_policy) == (True, "open")
    assert str(article.body[0].value) == "<p>Words.</p>"


def test_the_day_of_the_address_is_that_of_the_papers_zone(written: Written) -> None:
    newsroom.paper(time_zone="Pacific/Auckland")
    run(written(export(post(1, post_date_gmt="2014-07-01 20:30:00"))))
    assert only().address == "2014/07/02/post-1"


def test_a_post_without_category_is_filed_under_uncategorised(written: Written) -> None:
    run(written(export(post())))
    assert only().section.title == "Uncategorised"


def test_a_section_is_found_by_its_name_and_never_by_its_slug(written: Written) -> None:
    ours, theirs = newsroom.section("Sport", slug="games"), newsroom.section("Our sport", slug="rowing")
    report = run(written(export(post(1, extra=SPORT), post(2, extra=ROWING))))
    assert sorted(SectionPage.objects.values_list("title", "slug", "numchild")) == [
        ("Our sport", "rowing", 0),
        ("Rowing", "rowing-2", 1),
        ("Sport", "games", 1),
    ]
    assert "1 section," in report
    assert ours.pk != theirs.pk


def test_two_sections_of_one_name_stay_two(written: Written) -> None:
    news = '<category domain="category" nicename="{}"><![CDATA[News]]></category>\n'
    report = run(written(export(post(1, extra=news.format("town-news")), post(2, extra=news.format("sport-news")))))
    assert sorted(SectionPage.objects.values_list("title", "slug")) == [("News", "sport-news"), ("News", "town-news")]
    assert "2 sections" in report


def test_an_address_of_the_paper_itself_gets_a_number(written: Written) -> None:
    run(
        written(
            export(post(1, extra=SPORT), post(2, extra=SPORT.replace("sport", "archive").replace("Sport", "Archive")))
        )
    )
    assert set(SectionPage.objects.values_list("title", "slug")) == {("Sport", "sport"), ("Archive", "archive-2")}
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize("status", ["draft", "pending", "private", "future", "", "on-hold"])
def test_a_post_that_was_not_public_is_a_draft(written: Written, status: str) -> None:
    report = run(written(export(post(1, status=status))))
    article = only()
    assert "1 draft article" in report
    assert (article.live, article.address, article.published_at) == (False, None, None)
    assert Client().get("/post-1/").status_code == 404
    assert signed_in(Role.EDITOR).get(f"/cms/pages/{article.pk}/edit/").status_code == 200
    assert not Redirect.objects.exists()


def test_a_post_with_a_password_is_a_draft(written: Written) -> None:
    run(written(export(post(1, post_password="open sesame"))))
    assert only().live is False


def test_a_scheduled_post_is_a_draft_that_keeps_its_date(written: Written) -> None:
    run(written(export(post(1, status="future", post_date_gmt="2999-07-01 20:30:00"))))
    assert only().go_live_at == datetime(2999, 7, 1, 20, 30, tzinfo=UTC)


def test_trash_menus_and_revisions_are_left_out_and_counted(written: Written) -> None:
    others = [post(number, post_type=kind) for number, kind in enumerate(["nav_menu_item", "revision", "event"], 2)]
    report = run(written(export(post(1, status="trash", extra=comment(1)), *others)))
    assert "1 item in the trash" in report
    assert "3 items of other kinds" in report
    assert "1 comment on an item that was not imported" in report
    assert (ArticlePage.objects.count(), PlainPage.objects.count(), Comment.objects.count()) == (0, 0, 0)


def test_a_page_is_imported_without_its_comments_which_are_counted(written: Written) -> None:
    report = run(written(export(post(1, post_type="page", post_name="search", extra=comment(1)))))
    page = PlainPage.objects.get()
    assert (page.title, page.slug, page.live, page.in_footer) == ("Post 1", "search-2", True, True)
    assert Client().get("/search-2/").status_code == 200
    assert "1 comment on a page" in report


def test_a_slug_that_is_taken_in_the_section_or_on_the_day_gets_a_number(written: Written) -> None:
    same = {"post_name": "boat"}
    run(
        written(
            export(
                post(1, extra=SPORT, **same),
                post(2, extra=SPORT, **same),
                post(3, extra=ROWING, **same),
                post(4, extra=SPORT, status="draft", **same),
                post(5, extra=ROWING, post_date_gmt="2015-01-01 00:00:00", **same),
            )
        )
    )
    articles = ArticlePage.objects.order_by("pk")
    assert list(articles.values_list("slug", flat=True)) == ["boat", "boat-2", "boat-3", "boat-3", "boat"]
    assert len(set(articles.filter(live=True).values_list("address", flat=True))) == 4
    for article in articles:
        article.full_clean()


def test_a_slug_in_another_script_is_kept(written: Written) -> None:
    run(
        written(
            export(post(1, post_name="%e6%97%a5%e6%9c%ac", title="Café"), post(2, post_name="%e6%97%a5", title="日本"))
        )
    )
    assert list(ArticlePage.objects.order_by("pk").values_list("slug", flat=True)) == ["日本", "日"]


def test_long_headlines_and_decks_are_cut_at_a_word_and_counted(written: Written) -> None:
    report = run(written(export(post(1, title="tide " * 80, excerpt="ebb " * 200))))
    article = only()
    assert len(article.title) <= 255
    assert article.title.endswith("tide…")
    assert article.deck.endswith("ebb…")
    assert "1 headline was too long" in report
    assert "1 excerpt was too long" in report
    article.full_clean()


def test_a_post_without_title_is_named_after_its_first_words(written: Written) -> None:
    report = run(
        written(
            export(
                post(1, title="", body="<p>One two three four five six seven eight nine</p>"),
                post(2, title="", body=""),
            )
        )
    )
    titles = list(ArticlePage.objects.order_by("pk").values_list("title", flat=True))
    assert titles == ["One two three four five six seven eight…", "Untitled"]
    assert "2 items had no title" in report


def test_a_title_of_nothing_but_markup_is_kept_and_escaped(written: Written) -> None:
    run(written(export(post(1, title="<script>alert(1)</script>"))))
    assert only().title == "<script>alert(1)</script>"
    assert "<script>alert(1)" not in Client().get(f"/{only().address}/").content.decode()


def test_old_addresses_redirect_permanently_to_the_article(written: Written) -> None:
    run(written(export(post(12, post_name="boat"), post(13, post_type="page", post_name="about"))))
    for old in ("/paper/post-12/", "/paper/post-12", "/paper/?p=12"):
        answer = Client().get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/{only().address}/"), old
    assert Client().get("/?p=12").status_code == 200, "the old site began at /paper/"
    assert Client().get("/paper/?page_id=13").headers["Location"].endswith("/about/")


def test_an_old_post_id_at_the_root_redirects_to_its_article(written: Written) -> None:
    run(written(export(post(12)).replace("ferrypost.example/paper", "ferrypost.example")))
    assert Client().get("/?p=12").headers["Location"].endswith(f"/{only().address}/")
    assert Client().get("/?p=13").status_code == 200
    assert Client().get("/?p=x").status_code == 200


def test_an_address_that_stays_the_same_needs_no_redirect(written: Written) -> None:
    run(written(export(post(12, link="https://ferrypost.example/2014/07/01/post-12/"))))
    assert list(Redirect.objects.values_list("old_path", flat=True)) == ["/paper?p=12"]


# Pictures


def test_pictures_come_from_the_uploads_folder_even_if_the_attachment_follows_the_post(
    written: Written, uploads: Path
) -> None:
    body = (
        f'[caption id="attachment_9"]<img class="wp-image-9" src="{UPLOADS}/2014/07/harbour-300x200.jpg" alt="Boats" />'
        " At low tide[/caption]"
    )
    lead = post(1, body=body, extra=meta("_thumbnail_id", "9"))
    report = run(
        written(export(lead, attachment(9, "2014/07/harbour.jpg", alt="Boats lie on the mud"))), "--media", str(uploads)
    )
    article, photo = only(), Photo.objects.get()
    assert "1 picture" in report
    assert "Missing" not in report
    assert (article.lead_image, article.lead_alt, article.lead_caption) == (photo, "Boats lie on the mud", "In short.")
    picture = article.body[0].value
    assert (picture["photo"], picture["alt"], picture["caption"]) == (photo, "Boats", "At low tide")
    assert photo.credit == "Archive of The Ferry Post"
    article.full_clean()
    assert Client().get(f"/{article.address}/").status_code == 200


def test_a_missing_picture_is_reported_and_replaced_by_a_link(written: Written, uploads: Path) -> None:
    body = (
        '<img src="https://ferrypost.example/gone.jpg" alt="A &lt;boat&gt;" /> and '
        '<img src="/wp-content/uploads/2014/07/broken.jpg" />'
    )
    report = run(written(export(post(1, body=body, extra=meta("_thumbnail_id", "77")))), "--media", str(uploads))
    assert "2 pictures are not in the --media folder" in report
    assert "1 file is damaged, too large or of a kind that cannot be shown" in report
    assert "2014/07/broken.jpg in “Post 1”" in report
    assert "https://ferrypost.example/gone.jpg in “Post 1”" in report
    assert only().lead_image is None
    blocks = [str(block.value) for block in only().body]
    assert '<p><a href="https://ferrypost.example/gone.jpg">A &lt;boat&gt;</a></p>' in blocks
    assert '<p><a href="https://ferrypost.example/wp-content/uploads/2014/07/broken.jpg">broken.jpg</a></p>' in blocks


def test_no_file_outside_the_uploads_folder_is_read(written: Written, uploads: Path) -> None:
    (uploads / "way-out.jpg").symlink_to(uploads.parent / "secret.jpg")
    names = ["../secret.jpg", "2014/../../secret.jpg", str(uploads.parent / "secret.jpg"), "way-out.jpg"]
    parts = [attachment(100 + number, name) for number, name in enumerate(names)]
    posts = [post(number, extra=meta("_thumbnail_id", str(100 + number))) for number in range(len(names))]
    report = run(written(export(*posts[1:], *parts)), "--media", str(uploads))
    assert "3 pictures are not in the --media folder" in report
    assert Photo.objects.count() == 0


def test_a_gallery_becomes_its_pictures_and_an_empty_gallery_is_reported(written: Written, uploads: Path) -> None:
    named = post(1, body='[gallery ids="9"]')
    attached = post(2, body="[gallery]")
    empty = post(3, body="[gallery]")
    parts = [attachment(9, "2014/07/harbour.jpg", parent=2)]
    report = run(written(export(named, attached, empty, *parts)), "--media", str(uploads))
    shown = [[block.block_type for block in article.body] for article in ArticlePage.objects.order_by("pk")]
    assert shown == [["picture"], ["picture"], []]
    assert Photo.objects.count() == 1
    assert "a gallery in “Post 3”" in report


def test_a_dry_run_finds_the_pictures_but_saves_none(written: Written, uploads: Path) -> None:
    file = written(export(post(1, extra=meta("_thumbnail_id", "9")), attachment(9, "2014/07/harbour.jpg")))
    report = run(file, "--media", str(uploads), "--dry-run")
    assert "1 picture" in report
    assert "Missing" not in report
    assert Photo.objects.count() == 0


def test_a_deleted_picture_is_imported_again_with_a_new_article(written: Written, uploads: Path) -> None:
    parts = [post(1, post_type="page", body="[gallery]"), attachment(9, "2014/07/harbour.jpg", parent=1)]
    run(written(export(*parts)), "--media", str(uploads))
    PlainPage.objects.get().delete()
    Photo.objects.get().delete()
    run(written(export(*parts, post(2, body='[gallery ids="9"]'))), "--media", str(uploads))
    assert only().body[0].value["photo"] == Photo.objects.get()


def test_a_picture_with_too_many_pixels_counts_as_broken(written: Written, uploads: Path, settings: Settings) -> None:
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 240 * 160 - 1
    parts = [post(1, extra=meta("_thumbnail_id", "9")), attachment(9, "2014/07/harbour.jpg")]
    assert "1 file is damaged, too large" in run(written(export(*parts)), "--media", str(uploads))


def test_a_media_folder_that_does_not_exist_is_refused(written: Written, tmp_path: Path) -> None:
    with pytest.raises(NoMedia, match="There is no folder"):
        run(written(export(post())), "--media", str(tmp_path / "nowhere"))


# Bodies


def test_every_kind_of_block_is_valid_in_the_editor(written: Written) -> None:
    body = """<p>A <a href="https://a.example">link</a></p><h2>Head</h2><blockquote>Said<cite>Ada</cite></blockquote>
<ul><li>one</li></ul><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><pre>  code</pre>
<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>"""
    run(written(export(post(1, body=body))))
    article = only()
    kinds = [block.block_type for block in article.body]
    assert kinds == ["paragraph", "subhead", "quote", "listing", "table", "preformatted", "embed"]
    article.body.stream_block.clean(article.body)
    assert Client().get(f"/{article.address}/").status_code == 200
    assert signed_in(Role.EDITOR).get(f"/cms/pages/{article.pk}/edit/").status_code == 200


# Comments


def by_text() -> dict[str, Any]:
    """Return every comment by its text."""
    return {one.latest.text: one for one in Comment.objects.select_related("latest") if one.latest}


def test_comments_keep_their_state_and_the_decision_names_wordpress(written: Written) -> None:
    states = {"1": "Yes", "0": "Wait", "spam": "Buy", "trash": "Out"}
    parts = [
        comment(n, comment_approved=word, comment_content=text) for n, (word, text) in enumerate(states.items(), 1)
    ]
    report = run(written(export(post(1, extra="".join(parts)))))
    assert {text: one.state for text, one in by_text().items()} == {
        "Yes": "published", "Wait": "pending", "Buy": "declined", "Out": "declined",
    }  # fmt: skip
    decided = {one.revision.text: one for one in Decision.objects.select_related("revision")}
    assert set(decided) == {"Yes", "Buy", "Out"}
    assert all(one.by is None for one in decided.values())
    assert (decided["Yes"].outcome, decided["Buy"].outcome, decided["Buy"].reason) == ("approve", "decline", 5)
    assert decided["Yes"].private_note.startswith("Approved in WordPress before the import of 20")
    assert "trash of WordPress" in decided["Out"].private_note
    assert "1 published comment, 1 comment waiting for review, 2 declined comments" in report
    shown = Client().get(f"/{only().address}/").content.decode()
    assert "Yes" in shown
    assert "Buy" not in shown


def test_pingbacks_plugin_comments_and_empty_comments_are_left_out_and_counted(written: Written) -> None:
    kinds = ["pingback", "trackback", "order_note", ""]
    parts = [comment(n, comment_type=kind, comment_content="" if not kind else "x") for n, kind in enumerate(kinds, 1)]
    report = run(written(export(post(1, extra="".join(parts)))))
    assert "2 pingbacks and trackbacks" in report
    assert "1 comment added by a plugin" in report
    assert "1 empty comment" in report
    assert Comment.objects.count() == 0


def test_threads_are_kept_even_if_a_reply_precedes_its_parent(written: Written) -> None:
    parts = [
        comment(3, comment_parent="2", comment_content="third"),
        comment(2, comment_parent="1", comment_content="second"),
        comment(1, comment_content="first"),
        comment(4, comment_parent="99", comment_content="stray"),
        comment(5, comment_parent="6", comment_content="hen"),
        comment(6, comment_parent="5", comment_content="egg"),
    ]
    report = run(written(export(post(1, extra="".join(parts)))))
    found = by_text()
    assert found["third"].parent == found["second"]
    assert found["second"].parent == found["first"]
    assert {found[one].root for one in ("first", "second", "third")} == {found["first"]}
    assert (found["stray"].parent, found["stray"].root) == (None, found["stray"])
    assert found["egg"].parent == found["hen"] or found["hen"].parent == found["egg"]
    assert "2 replies are shown on their own" in report


def test_no_email_or_ip_address_is_stored_in_the_database(written: Written) -> None:
    run(written(export(post(1, extra=comment(1) + comment(2, comment_author_email="")))))
    digests = set(Commenter.objects.values_list("digest", flat=True))
    assert address_digest("ADA@readers.example ") in digests
    assert len(digests) == 2
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not re.search(r"ada@readers|203\.0\.113", repr(cursor.fetchall())), table


def test_comment_texts_are_kept_whole_as_plain_text_and_names_are_shortened(written: Written) -> None:
    long = "word " * (MAX_TEXT // 2)
    report = run(
        written(
            export(
                post(
                    1,
                    extra=comment(1, comment_content=long, comment_author="Ida &amp; " + "Holm " * 30)
                    + comment(
                        2,
                        comment_content="a <b>bold</b>\nnew line",
                        comment_author="",
                        comment_author_url="javascript:x",
                    )
                    + comment(3, comment_content="c", comment_author_url="http://"),
                )
            )
        )
    )
    found = by_text()
    assert found[long.strip()].latest.name.startswith("Ida & Holm")
    assert len(found[long.strip()].latest.name) <= 80
    second = found["a bold\nnew line"].latest
    assert (second.name, second.website) == ("Anonymous", "")
    assert "1 name was too long" in report
    assert "1 comment had no name" in report
    assert "1 commenter's website address" in report
    for one in found.values():
        one.latest.full_clean()


def test_a_comment_without_date_gets_the_date_of_its_article(written: Written) -> None:
    never = "0000-00-00 00:00:00"
    report = run(written(export(post(1, extra=comment(1, comment_date=never, comment_date_gmt=never)))))
    assert Comment.objects.get().written_at == only().published_at
    assert "1 comment had no date" in report


def test_a_later_export_adds_only_new_articles_and_comments(written: Written) -> None:
    run(written(export(post(1, extra=comment(1)))))
    ArticlePage.objects.update(title="Edited here")
    later = export(post(1, extra=comment(1) + comment(2, comment_parent="1", comment_content="Late")), post(2))
    report = run(written(later))
    assert report.startswith("Imported from The Ferry Post: 1 article, 1 published comment and 2 redirects")
    assert "Imported earlier and left unchanged: 1 article and 1 comment." in report
    assert by_text()["Late"].parent == by_text()["Well put."]
    assert set(ArticlePage.objects.values_list("title", flat=True)) == {"Edited here", "Post 2"}


def test_deleted_articles_and_pages_are_not_imported_again(written: Written) -> None:
    file = written(export(post(1), post(2, post_type="page")))
    run(file)
    only().delete()
    assert run(file).startswith("Nothing new")
    later = written(export(post(1, extra=comment(1)), post(2, post_type="page")))
    assert "1 comment on an item that was not imported" in run(later)
    assert ArticlePage.objects.count() == 0


def test_replies_in_a_post_with_thousands_of_comments_keep_their_parents_across_batches(written: Written) -> None:
    parts = [
        comment(number, comment_parent=str(number + 1100 if number % 7 == 0 else 0), comment_content=f"n{number}")
        for number in range(1, 2501)
    ]
    run(written(export(post(1, extra="".join(parts)), post(2, extra=comment(9000)))))
    found = by_text()
    assert len(found) == 2501
    assert found["n7"].parent == found["n1107"]
    before = contents()
    assert run(written(export(post(1, extra="".join(parts)), post(2, extra=comment(9000))))).startswith("Nothing new")
    assert contents() == before


def test_posts_and_comments_without_ids_are_imported_only_once(written: Written) -> None:
    file = written(export(post(0, extra=comment(0))))
    assert "1 article" in run(file)
    assert run(file).startswith("Nothing new")
    assert (ArticlePage.objects.count(), Comment.objects.count()) == (1, 1)


def test_a_duplicate_in_the_file_is_imported_once_and_counted(written: Written) -> None:
    report = run(written(export(post(1, extra=comment(1) + comment(1)), post(1))))
    assert "2 duplicate items or comments" in report
    assert (ArticlePage.objects.count(), Comment.objects.count()) == (1, 1)


def test_an_author_of_the_paper_is_recognised_by_name(written: Written) -> None:
    here = newsroom.author("Wim Oars")
    run(written(export(WIM, post())))
    assert list(Author.objects.all()) == [here]
    assert Counterpart.objects.get(kind="author").target == here.pk
