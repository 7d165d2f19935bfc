"""The contents of a WordPress export reach the records, even if the file is damaged."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broadsheet.interchange.sources.wordpress.reader import COMMENTS_HELD, read_export
from broadsheet.interchange.sources.wordpress.wxr import (
    CommentApproval,
    CommentKind,
    PostKind,
    SiteHeader,
    WxrAuthor,
    WxrCategory,
    WxrComment,
    WxrPost,
    WxrTag,
    WxrTerm,
)
from tests.interchange.conftest import Written
from tests.interchange.wxr import BEGIN, END, comment, item, meta, of, only_comment, only_post, read

PEOPLE_AND_TERMS = """
<wp:author><wp:author_id>7</wp:author_id><wp:author_login>wim</wp:author_login>
<wp:author_email>wim@ferrypost.example</wp:author_email>
<wp:author_display_name><![CDATA[Wim Oost]]></wp:author_display_name></wp:author>
<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>harbour</wp:category_nicename>
<wp:category_parent>town</wp:category_parent><wp:cat_name><![CDATA[Harbour & Quay]]></wp:cat_name></wp:category>
<wp:tag><wp:term_id>4</wp:term_id><wp:tag_slug>ferry</wp:tag_slug><wp:tag_name><![CDATA[Ferry]]></wp:tag_name></wp:tag>
"""


def test_the_header_authors_and_terms_come_before_the_posts(written: Written) -> None:
    records, refusal = read(written(BEGIN + PEOPLE_AND_TERMS + item() + END))
    assert refusal is None
    assert records[:4] == [
        SiteHeader("The Ferry Post", "https://ferrypost.example/paper", "1.2", "en-GB"),
        WxrAuthor("wim", "Wim Oost", 7),
        WxrCategory("harbour", "Harbour & Quay", "town", 3),
        WxrTag("ferry", "Ferry", 4),
    ]
    assert [type(record) for record in records[4:]] == [WxrPost]


def test_a_post_has_all_its_fields(written: Written) -> None:
    extra = (
        '<category domain="category" nicename="harbour">Harbour</category>'
        '<category domain="post_tag" nicename="ferry">Ferry</category>'
        '<category domain="post_format" nicename="aside">Aside</category>' + meta("_thumbnail_id", "55")
    )
    post = only_post(written(BEGIN + item(9, body="<p>Words</p>", extra=extra) + END))
    assert (post.source_id, post.kind, post.status, post.slug) == (9, PostKind.POST, "publish", "post-9")
    assert (post.title, post.body, post.excerpt) == ("Post 9", "<p>Words</p>", "In short.")
    assert post.categories == (WxrTerm("harbour", "Harbour"),)
    assert post.tags == (WxrTerm("ferry", "Ferry"),)
    assert (post.featured_image_id, post.author_login, post.parent_id) == (55, "wim", None)
    assert post.comments_open
    assert not post.has_password


def test_the_time_of_a_post_is_kept_in_utc_and_as_the_sites_clock_showed_it(written: Written) -> None:
    published = only_post(written(BEGIN + item() + END)).published
    assert published is not None
    assert published.at == datetime(2014, 7, 1, 7, 30, tzinfo=UTC)
    assert published.wall_clock.isoformat() == "2014-07-01T09:30:00"


def test_without_the_utc_time_the_local_time_is_read_in_the_sites_zone(written: Written) -> None:
    export = (BEGIN + item() + END).replace("2014-07-01 07:30:00", "0000-00-00 00:00:00")
    posts = of(WxrPost, list(read_export(written(export), zone=ZoneInfo("Europe/Berlin"))))
    assert posts[0].published is not None
    assert posts[0].published.at == datetime(2014, 7, 1, 7, 30, tzinfo=UTC)


def test_a_post_without_dates_of_its_own_gets_the_pub_date(written: Written) -> None:
    export = (BEGIN + item(extra="<pubDate>Tue, 01 Jul 2014 07:30:00 +0000</pubDate>") + END).replace("post_date", "no")
    published = only_post(written(export)).published
    assert published is not None
    assert published.at == datetime(2014, 7, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("never", ["Mon, 30 Nov -0001 00:00:00 +0000", "Tue, 30 Nov 1999 00:00:00 +0000", "soon", ""])
def test_a_draft_that_was_never_published_has_no_date(written: Written, never: str) -> None:
    export = (BEGIN + item(extra=f"<pubDate>{never}</pubDate>") + END).replace("2014-07-01 0", "0000-00-00 0")
    assert only_post(written(export)).published is None


def test_an_attachment_has_its_url_its_file_and_its_alt_text(written: Written) -> None:
    extra = (
        "<wp:attachment_url>https://ferrypost.example/uploads/2014/07/quay.jpg</wp:attachment_url>"
        + meta("_wp_attached_file", "2014/07/quay.jpg")
        + meta("_wp_attachment_image_alt", "The quay")
    )
    export = (BEGIN + item(extra=extra) + END).replace("type>post<", "type>attachment<")
    post = only_post(written(export))
    assert post.kind is PostKind.ATTACHMENT
    assert post.attachment_url == "https://ferrypost.example/uploads/2014/07/quay.jpg"
    assert (post.attachment_file, post.attachment_alt) == ("2014/07/quay.jpg", "The quay")


def test_an_unknown_type_of_post_is_other_and_keeps_its_name(written: Written) -> None:
    post = only_post(written((BEGIN + item() + END).replace("type>post<", "type>nav_menu_item<")))
    assert (post.kind, post.source_kind) == (PostKind.OTHER, "nav_menu_item")


def test_a_comment_has_all_its_fields_and_knows_its_post(written: Written) -> None:
    extra = comment(5, comment_parent="4", comment_user_id="2", comment_content="<b>Well</b> put.")
    found = only_comment(written(BEGIN + item(9, extra=extra) + END))
    assert (found.source_id, found.post_id, found.parent_id, found.user_id) == (5, 9, 4, 2)
    assert (found.author_name, found.author_url, found.email) == ("Ada", "https://ada.example", "ada@readers.example")
    assert (found.body, found.kind) == ("<b>Well</b> put.", CommentKind.COMMENT)
    assert found.written is not None
    assert found.written.at == datetime(2014, 7, 1, 10, tzinfo=UTC)


def test_the_repr_of_a_record_has_no_email_or_ip_address(written: Written) -> None:
    records, _ = read(written(BEGIN + PEOPLE_AND_TERMS + item(extra=comment()) + END))
    assert "203.0.113.9" not in repr(records)
    assert "@" not in repr(records)


@pytest.mark.parametrize(
    ("word", "approval"),
    [("1", "approved"), ("0", "pending"), ("spam", "spam"), ("trash", "trash"), ("post-trashed", "trash")],
)
def test_a_comment_keeps_its_state(written: Written, word: str, approval: str) -> None:
    found = only_comment(written(BEGIN + item(extra=comment(comment_approved=word)) + END))
    assert found.approval is CommentApproval(approval)


@pytest.mark.parametrize("word", ["", "yes", "2", "approve", "hold"])
def test_a_comment_with_an_unknown_approval_is_pending(written: Written, word: str) -> None:
    found = only_comment(written(BEGIN + item(extra=comment(comment_approved=word)) + END))
    assert found.approval is CommentApproval.PENDING


@pytest.mark.parametrize(
    ("word", "kind"),
    [("", "comment"), ("comment", "comment"), ("pingback", "pingback"), ("trackback", "trackback"), ("order", "other")],
)
def test_the_type_of_a_comment_is_read(written: Written, word: str, kind: str) -> None:
    assert only_comment(written(BEGIN + item(extra=comment(comment_type=word)) + END)).kind is CommentKind(kind)


def test_comments_follow_their_post_beyond_the_number_that_is_held_back(written: Written) -> None:
    many = "".join(comment(number) for number in range(1, 2 * COMMENTS_HELD + 50))
    records, refusal = read(written(BEGIN + item(1, extra=many) + item(2, extra=comment(900)) + END))
    assert refusal is None
    kinds = [type(record) for record in records]
    assert kinds.index(WxrComment) == kinds.index(WxrPost) + 1
    numbers = [found.source_id for found in of(WxrComment, records)]
    assert numbers == [*range(1, 2 * COMMENTS_HELD + 50), 900]
    assert [post.source_id for post in of(WxrPost, records)] == [1, 2]


def test_a_field_after_the_comments_is_read(written: Written) -> None:
    post = only_post(written(BEGIN + item(extra=comment() + meta("_thumbnail_id", "8")) + END))
    assert post.featured_image_id == 8


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_version_of_the_namespace_is_read(written: Written, version: str) -> None:
    post = only_post(written((BEGIN + item() + END).replace("export/1.2/", f"export/{version}/")))
    assert (post.source_id, post.excerpt) == (1, "In short.")


def test_terms_that_version_1_0_repeats_are_yielded_once(written: Written) -> None:
    extra = (
        "<category>Harbour</category>"
        '<category domain="category" nicename="harbour">Harbour</category>'
        '<category domain="tag">Ferry</category><category domain="tag" nicename="ferry">Ferry</category>'
        "<category>Only named</category>"
    )
    post = only_post(written(BEGIN + item(extra=extra) + END))
    assert post.categories == (WxrTerm("harbour", "Harbour"), WxrTerm("", "Only named"))
    assert post.tags == (WxrTerm("ferry", "Ferry"),)


def test_undeclared_namespace_prefixes_are_understood(written: Written) -> None:
    begin = '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><wp:wxr_version>1.2</wp:wxr_version>'
    post = only_post(written(begin + item(3, body="Words here") + END))
    assert (post.source_id, post.body, post.author_login) == (3, "Words here", "wim")


def test_a_file_without_version_is_read(written: Written) -> None:
    records, refusal = read(written(BEGIN.replace("<wp:wxr_version>1.2</wp:wxr_version>", "") + item() + END))
    assert refusal is None
    assert of(SiteHeader, records)[0].version == ""


@pytest.mark.parametrize("before", ["\ufeff", "\n\n", "\n\ufeff", "\ufeff\n \n"])
def test_whitespace_before_the_xml_declaration_is_ignored(written: Written, before: str) -> None:
    assert only_post(written(before + BEGIN + item() + END)).source_id == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_followed(written: Written, encoding: str) -> None:
    export = (BEGIN + item(body="Fähre") + END).replace("UTF-8", encoding)
    assert only_post(written(export.encode(encoding))).body == "Fähre"


@pytest.mark.parametrize("claimed", ["utf-16", "rot13", "base64", "no-such-thing", "punycode"])
def test_an_implausible_encoding_is_read_as_utf_8(written: Written, claimed: str) -> None:
    assert only_post(written((BEGIN + item(body="Fähre") + END).replace("UTF-8", claimed))).body == "Fähre"


def test_an_invalid_byte_costs_one_character_and_not_the_post(written: Written) -> None:
    export = (BEGIN + item(body="Fähre und Kai") + END).encode().replace("ä".encode(), b"\xe4")
    assert only_post(written(export)).body == "F\ufffdhre und Kai"


def test_control_characters_are_dropped_literal_and_as_references(written: Written) -> None:
    body = "one\x08 two\x0b &#8;three &#xD800;four&#x1F; \ufffefive"
    post = only_post(written((BEGIN + item(body=body) + END).replace("Post 1", "Po&#11;st\x01 1&#xDFFF;")))
    assert (post.body, post.title) == ("one two three four five", "Post 1")


@pytest.mark.parametrize(
    "words",
    ["Nested <![CDATA[ words ]]> :)", "ends in ]]", "a ]]> b ]]> c", "]]>", "x ]] >", "<![CDATA[", "if (a[b[0]]>1)"],
)
def test_a_cdata_section_with_an_unescaped_end_mark_keeps_all_its_text(written: Written, words: str) -> None:
    assert only_post(written(BEGIN + item(body=words) + END)).body == words


def test_a_cdata_section_escaped_by_wordpress_is_joined_again(written: Written) -> None:
    assert only_post(written(BEGIN + item(body="a ]]]]><![CDATA[> b") + END)).body == "a ]]> b"


def test_an_unterminated_cdata_section_does_not_swallow_the_next_post(written: Written) -> None:
    broken = item(1, body="Lost end").replace("Lost end]]></content:encoded>", "Lost end</content:encoded>")
    records, refusal = read(written(BEGIN + broken + item(2) + END))
    assert refusal is None
    first, second = of(WxrPost, records)
    assert (first.source_id, second.source_id) == (1, 2)
    assert first.body.startswith("Lost end")


def test_bare_ampersands_and_html_entities_in_a_title_are_resolved(written: Written) -> None:
    title = "Salt & Sons &amp; more&nbsp;&copy; &unknown; <b>bold</b> end"
    post = only_post(written((BEGIN + item() + END).replace("Post 1", title)))
    assert post.title == "Salt & Sons & more\xa0©  bold end"


def test_an_unclosed_item_ends_where_the_next_begins(written: Written) -> None:
    first = item(1, extra=comment(11)).replace("</item>", "")
    records, refusal = read(written(BEGIN + first + item(2, extra=comment(12)) + END))
    assert refusal is None
    kinds = [(type(record).__name__, getattr(record, "source_id", None)) for record in records[1:]]
    assert kinds == [("WxrPost", 1), ("WxrComment", 11), ("WxrPost", 2), ("WxrComment", 12)]


def test_server_output_after_the_end_is_ignored(written: Written) -> None:
    assert only_post(written(BEGIN + item() + END + "<br />\nNotice: something")).source_id == 1


def test_custom_entities_are_never_expanded(written: Written, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    doctype = f'<!DOCTYPE rss [<!ENTITY b0 "{"ha" * 50}"><!ENTITY x SYSTEM "file://{secret}">\n'
    doctype += "".join(f'<!ENTITY b{level} "{f"&b{level - 1};" * 20}">' for level in range(1, 12))
    export = (BEGIN + item() + END).replace("<rss", doctype + "]>\n<rss", 1).replace("Post 1", "T&x;&b11;.")
    records, _ = read(written(export))
    assert "secret" not in repr(records)
    assert "ha" * 50 not in repr(records)


def test_reading_needs_no_django() -> None:
    script = (
        "import sys; import broadsheet.interchange.sources.wordpress.export; "
        "sys.exit(any(name.partition('.')[0] in {'django', 'wagtail'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_real_site_is_read_completely(material: Path) -> None:
    records, refusal = read(material / "wxr-cc-labs" / "wordpress.scrubbed.xml")
    assert refusal is None
    kinds = [post.kind for post in of(WxrPost, records)]
    assert (kinds.count(PostKind.POST), kinds.count(PostKind.PAGE)) == (219, 5)
    comments = [found.kind for found in of(WxrComment, records)]
    assert (comments.count(CommentKind.COMMENT), comments.count(CommentKind.PINGBACK)) == (119, 62)
    assert len(of(WxrAuthor, records)) == 30


def test_each_odd_export_is_read_or_refused_with_its_line(material: Path) -> None:
    refused = {}
    exports = sorted((material / "wxr-wp-importer").glob("*.xml"))
    for path in exports:
        records, refusal = read(path)
        if refusal is None:
            assert isinstance(records[0], SiteHeader), path.name
        else:
            refused[path.name] = refusal.line
    assert len(exports) == 16
    assert refused == {"malformed.xml": 27}
