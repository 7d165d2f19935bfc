"""The bodies that WordPress stores become blocks of the paper."""

import time

import pytest

from broadsheet.interchange.blocks import (
    Block,
    Embed,
    Gallery,
    Listing,
    Paragraph,
    Picture,
    Preformatted,
    Quote,
    Subhead,
    Table,
)
from broadsheet.interchange.sources.wordpress.body import parse_body, plain_text

VIDEO = Embed("https://www.youtube.com/watch?v=Fz3rry_B0at")


def test_empty_lines_of_the_classic_editor_are_paragraphs_and_newlines_breaks() -> None:
    assert parse_body("One\ntwo.\r\n\r\nThree <em>and\n\nfour</em>.") == [
        Paragraph("One<br>two."),
        Paragraph("Three <i>and</i>"),
        Paragraph("<i>four</i>."),
    ]


def test_newlines_inside_a_paragraph_of_the_block_editor_are_spaces() -> None:
    body = "<!-- wp:paragraph -->\n<p>One\n\ntwo<br>three</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:more -->\n<!--more-->"
    assert parse_body(body) == [Paragraph("One two<br>three")]


def test_two_breaks_in_a_row_are_a_new_paragraph() -> None:
    assert parse_body("One<br /><br />two<br />three") == [Paragraph("One"), Paragraph("two<br>three")]


def test_inline_markup_is_reduced_to_the_papers_own() -> None:
    body = (
        '<strong class="x">a</strong> <em>b</em> <tt>c</tt> <sup>d</sup> <u>e</u> <span style="color:red">f</span>'
        ' <font size="7">g</font> <b></b><abbr title="h">i</abbr>'
    )
    assert parse_body(body) == [Paragraph("<b>a</b> <i>b</i> <code>c</code> <sup>d</sup> e f g i")]


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://a.example/b?c=d&amp;e=f", "https://a.example/b?c=d&amp;e=f"),
        ("//a.example/b", "https://a.example/b"),
        ("/2014/07/ferry/", "/2014/07/ferry/"),
        ("mailto:desk@a.example", "mailto:desk@a.example"),
        (" https://a.example/ ", "https://a.example/"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("/\\a.example", None),
        ("\\\\a.example", None),
        ("https://", None),
        ("https://[half", None),
        ("mailto:", None),
        ("#note", None),
        ("?p=12", None),
        ("../photo.html", None),
        ("", None),
    ],
)
def test_only_safe_urls_stay_links(href: str, kept: str | None) -> None:
    expected = "words" if kept is None else f'<a href="{kept}">words</a>'
    assert parse_body(f'<a href="{href}" onclick="x()">words</a>') == [Paragraph(expected)]


def test_relative_urls_are_resolved_against_the_address_of_the_post() -> None:
    body = '<a href="?p=12">a</a> <a href="/b">b</a> <img src="quay.jpg">'
    assert parse_body(body, base_url="https://a.example/2014/ferry/") == [
        Paragraph('<a href="https://a.example/2014/ferry/?p=12">a</a> <a href="https://a.example/b">b</a>'),
        Picture("https://a.example/2014/ferry/quay.jpg"),
    ]


def test_a_link_around_blocks_is_a_link_in_each() -> None:
    assert parse_body('<a href="/a"><div>One</div><div>two</div></a>') == [
        Paragraph('<a href="/a">One</a>'),
        Paragraph('<a href="/a">two</a>'),
    ]


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5, 6])
def test_a_heading_of_any_level_is_a_subhead(level: int) -> None:
    body = f'Before<h{level} id="x">The <em>quay</em><br> today</h{level}>after'
    assert parse_body(body) == [Paragraph("Before"), Subhead("The quay today"), Paragraph("after")]


def test_lists_keep_their_nesting() -> None:
    body = "<ul>\n<li>a <b>x</b>\n<ol>\n<li>b</li>\n</ol>\n</li>\n<li><p>c</p><p>d</p></li>\n</ul>"
    assert parse_body(body) == [Listing("<ul><li>a <b>x</b><ol><li>b</li></ol></li><li>c<br>d</li></ul>")]


def test_contents_of_a_list_outside_its_items_are_kept() -> None:
    assert parse_body("<ul>a<li>b</li><ul><li>c</li></ul>d<p>e</p></ul>") == [
        Listing("<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li><li>e</li></ul>")
    ]


def test_pictures_in_a_list_follow_it() -> None:
    assert parse_body('<ul><li>a<img src="/q.jpg" alt="Quay"></li></ul>') == [
        Listing("<ul><li>a</li></ul>"),
        Picture("/q.jpg", "Quay"),
    ]


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("<blockquote>We\nsail.\n\nAlways.</blockquote>", Quote("We\nsail.\n\nAlways.")),
        ("<blockquote><p>We sail.</p><cite>Ada Quay</cite></blockquote>", Quote("We sail.", "Ada Quay")),
        ("<blockquote>We sail.<p>— <cite>Ada Quay</cite></p></blockquote>", Quote("We sail.", "Ada Quay")),
        (
            "<figure><blockquote><p>We sail.</p><footer>– Ada, <cite>Log</cite></footer></blockquote></figure>",
            Quote("We sail.", "Ada, Log"),
        ),
        ("<blockquote><cite>Ada</cite> said: we sail.</blockquote>", Quote("Ada said: we sail.")),
    ],
)
def test_a_quotation_keeps_its_text_and_its_attribution(body: str, quote: Quote) -> None:
    assert parse_body(body) == [quote]


def test_a_quotation_with_only_an_attribution_is_a_paragraph() -> None:
    assert parse_body("<blockquote><cite>Ada</cite></blockquote><blockquote> </blockquote>") == [Paragraph("Ada")]


@pytest.mark.parametrize(
    "body",
    [
        '[caption id="attachment_12" width="300"]<a href="/q"><img class="wp-image-12" src="/q.jpg" alt="Quay" /></a>'
        " The <b>quay</b>[/caption]",
        '[caption id="attachment_12" caption="The quay"]<img src="/q.jpg" alt="Quay">[/caption]',
        '<figure class="wp-image-12"><img src="/q.jpg" alt="Quay"><figcaption>The quay</figcaption></figure>',
        '<figure><img class="size-full wp-image-12" src="/q.jpg" alt="Quay"><figcaption>The quay</figcaption></figure>',
    ],
)
def test_a_picture_has_its_caption_and_its_attachment(body: str) -> None:
    assert parse_body(body) == [Picture("/q.jpg", "Quay", "The quay", "12")]


def test_a_picture_inside_text_splits_the_paragraph() -> None:
    assert parse_body('Before <img src="/q.jpg"> after') == [Paragraph("Before"), Picture("/q.jpg"), Paragraph("after")]


def test_a_caption_without_its_picture_is_a_paragraph() -> None:
    assert parse_body("<figure><figcaption>The <b>quay</b></figcaption></figure>") == [Paragraph("The <b>quay</b>")]
    assert parse_body("[caption]The quay[/caption]") == [Paragraph("The quay")]


def test_a_second_caption_is_not_lost() -> None:
    figure = '<figure><img src="/q.jpg"><figcaption>One</figcaption><figcaption>Two</figcaption></figure>'
    assert parse_body(figure) == [Picture("/q.jpg", "", "One"), Paragraph("Two")]


@pytest.mark.parametrize("image", ['src=""', 'src="data:image/gif;base64,R0"', 'src="/c.gif" width="1" height="1"', ""])
def test_images_without_a_url_and_tracking_pixels_are_left_out(image: str) -> None:
    assert parse_body(f"Words <img {image}> here") == [Paragraph("Words here")]


def test_images_of_emoji_become_characters() -> None:
    assert parse_body('Fine <img class="wp-smiley" src="/s.gif" alt=":-)"> <img class="emoji" src="/b" alt="⛵">.') == [
        Paragraph("Fine :-) ⛵.")
    ]


def test_galleries_name_their_attachments() -> None:
    assert parse_body('Before[gallery ids="3,4" columns="2"][gallery]after') == [
        Paragraph("Before"),
        Gallery(("3", "4")),
        Gallery(()),
        Paragraph("after"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "https://www.youtube.com/watch?v=Fz3rry_B0at&t=3",
        "<p>https://youtu.be/Fz3rry_B0at</p>",
        "[embed width='4']https://youtu.be/Fz3rry_B0at[/embed]",
        "[youtube=http://www.youtube.com/watch?v=Fz3rry_B0at&w=640]",
        "[youtube Fz3rry_B0at]",
        '[youtube id="Fz3rry_B0at"]',
        "[youtube]https://www.youtube.com/shorts/Fz3rry_B0at[/youtube]",
        '<iframe src="//www.youtube-nocookie.com/embed/Fz3rry_B0at?rel=0" allowfullscreen></iframe>',
        '<embed src="http://m.youtube.com/v/Fz3rry_B0at&hl=en">',
        '<object><param name="movie" value="http://www.youtube.com/v/Fz3rry_B0at&fs=1">'
        '<embed src="http://www.youtube.com/v/Fz3rry_B0at"></object>',
        '<!-- wp:embed --><figure class="wp-block-embed"><div>\nhttps://youtu.be/Fz3rry_B0at\n</div></figure>',
    ],
)
def test_every_way_of_placing_a_video_is_one_embed(body: str) -> None:
    assert parse_body(body) == [VIDEO]


def test_a_vimeo_video_is_an_embed() -> None:
    frame = '<iframe src="https://player.vimeo.com/video/123456?title=0"></iframe>'
    assert parse_body(f"{frame}[vimeo 654321]") == [
        Embed("https://vimeo.com/123456"),
        Embed("https://vimeo.com/654321"),
    ]


def test_a_video_url_inside_text_stays_text() -> None:
    body = "See https://youtu.be/Fz3rry_B0at now"
    assert parse_body(body) == [Paragraph(body)]


def test_videos_in_cells_lists_and_code_are_not_lost() -> None:
    frame = '<iframe src="https://www.youtube.com/embed/Fz3rry_B0at"></iframe>'
    assert VIDEO in parse_body(f"<ul><li>a{frame}</li></ul>")
    assert VIDEO in parse_body(f"<table><tr><td>a{frame}</td><td>b</td></tr></table>")
    assert parse_body("<pre>\nhttps://youtu.be/Fz3rry_B0at\n</pre>") == [Preformatted(VIDEO.url)]


def test_other_embeds_become_links_and_other_frames_are_dropped() -> None:
    body = '[embed]https://maps.example/?a=1&amp;b=2[/embed]<iframe src="https://ads.example/"></iframe>'
    link = "https://maps.example/?a=1&amp;b=2"
    assert parse_body(body) == [Paragraph(f'<a href="{link}">{link}</a>')]


def test_audio_and_video_files_become_links() -> None:
    assert parse_body('[audio src="/song.mp3"][/audio]<video><source src="/the%20quay.mp4"></video>') == [
        Paragraph('<a href="/song.mp3">/song.mp3</a>'),
        Paragraph('<a href="/the%20quay.mp4">the quay.mp4</a>'),
    ]


def test_a_table_has_rows_of_equal_length_and_knows_its_header() -> None:
    body = (
        "<table><caption>Fares</caption><thead><tr><th>Who</th><th>Day</th><th>Night</th></tr></thead>"
        "<tr><td>Adults</td><td colspan='2'>3<br>4</td></tr><tr><td>Dogs</td></tr></table>"
    )
    assert parse_body(body) == [
        Paragraph("Fares"),
        Table((("Who", "Day", "Night"), ("Adults", "3\n4", ""), ("Dogs", "", "")), header=True),
    ]


def test_a_table_without_headings_has_no_header() -> None:
    assert parse_body("<table><tr><td>a</td><td>b</td></tr></table>") == [Table((("a", "b"),), header=False)]


def test_a_table_with_one_column_is_unwrapped() -> None:
    body = "<table><tr><td>One</td></tr><tr><td><h3>Two</h3>three</td></tr></table>"
    assert parse_body(body) == [Paragraph("One"), Subhead("Two"), Paragraph("three")]


def test_a_cell_that_spans_a_million_columns_spans_a_few() -> None:
    (table,) = parse_body("<table><tr><td colspan='1000000'>a</td><td colspan='99'>b</td></tr></table>")
    assert isinstance(table, Table)
    assert len(table.rows[0]) < 100


def test_preformatted_text_keeps_its_spaces_and_lines() -> None:
    assert parse_body("<pre><code>if a &lt; b:\n    sail()<br>\n\nend</code></pre>") == [
        Preformatted("if a < b:\n    sail()\n\n\nend")
    ]
    assert parse_body('[code lang="py"]a &lt; <b>\n  c[/code]') == [Preformatted("a < <b>\n  c")]


def test_unknown_shortcodes_stay_as_text() -> None:
    body = "[sic] [contact-form 7] [/caption] [gallery-like] [[gallery]] [youtube not a video at all]"
    assert parse_body(body) == [Paragraph(body.replace("[[gallery]]", "[gallery]"))]


def test_scripts_and_styles_are_dropped_with_their_contents() -> None:
    body = "a<script>b()</script><style>c{}</style><noscript>d</noscript><svg onload=e><text>f</text></svg>g"
    assert parse_body(body) == [Paragraph("ag")]


def test_forms_are_unwrapped() -> None:
    assert parse_body('<form action="/x"><label>Name</label> <input value="y"><button>Send</button></form>') == [
        Paragraph("Name Send")
    ]


@pytest.mark.parametrize(
    "body", ["", " \n ", "<p>&nbsp;</p>", "<!--more-->", "<p></p><div><ul></ul></div><h2></h2>", "<script>a()</script>"]
)
def test_a_body_without_contents_has_no_blocks(body: str) -> None:
    assert parse_body(body) == []


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "ul><li", "table><tr><td", "span", "a href='/'", "figure"])
def test_deep_nesting_costs_neither_text_nor_time(tag: str) -> None:
    start = time.perf_counter()
    blocks = parse_body(f"before {f'<{tag}>' * 20_000} deep words")
    assert "deep words" in repr(blocks)
    assert "before" in repr(blocks)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "part",
    [
        "[caption]",
        "[[gallery",
        "<a href='",
        "\n\n\n",
        "]]>",
        "&#",
        "<!--",
        "<p>",
        "[embed]x",
        "<b><!--",
        "<b><script>",
        "]",
    ],
)
def test_no_repetition_makes_the_cleaning_slow(part: str) -> None:
    start = time.perf_counter()
    parse_body(part * 20_000)
    assert time.perf_counter() - start < 5


def test_a_body_nested_too_deeply_shows_neither_scripts_nor_comments() -> None:
    body = "<!-- a --><script>b()</script>" + "<b>" * 500 + "words &lt;i&gt;"
    assert parse_body(body) == [Paragraph("words &lt;i&gt;")]


def test_forbidden_characters_are_dropped() -> None:
    assert parse_body("a\x00b\x08c\ud800d&#8;e") == [Paragraph("abcde")]


def test_a_comment_becomes_plain_text_with_the_urls_of_its_links() -> None:
    comment = 'Hi <a href="https://a.example/b">there</a>,\n\nsee https://c.example &amp; <em>sail</em>.<br />Ada'
    assert plain_text(comment) == "Hi there (https://a.example/b),\n\nsee https://c.example & sail.\nAda"
    assert plain_text('<a href="https://c.example/">https://c.example</a>') == "https://c.example"


def test_blocks_can_be_compared_and_kept_in_sets() -> None:
    found: set[Block] = {*parse_body("a\n\na"), *parse_body("<table><tr><td>b</td><td>c</td></tr></table>")}
    assert len(found) == 2
