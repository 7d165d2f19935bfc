"""The bodies that WordPress stores become blocks of the paper."""

import time
from collections import Counter

import pytest

from broadsheet.interchange.blocks import (
    Block,
    Embed,
    Gallery,
    Listing,
    Loss,
    Paragraph,
    Picture,
    Preformatted,
    Quote,
    Subhead,
    Table,
)
from broadsheet.interchange.sources.wordpress.body import parse_body, plain_text
from tests.interchange.block_text import visible_words

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


def test_other_embeds_become_links() -> None:
    link = "https://maps.example/?a=1&amp;b=2"
    assert parse_body(f"[embed]{link}[/embed]") == [Paragraph(f'<a href="{link}">{link}</a>')]


@pytest.mark.parametrize(
    ("frame", "link"),
    [
        (
            '<iframe src="https://m.example/q" width="600"></iframe>',
            '<a href="https://m.example/q">https://m.example/q</a>',
        ),
        ('<iframe src="//m.example/q" title="The quay">x</iframe>', '<a href="https://m.example/q">The quay</a>'),
        (
            '<iframe src="about:blank" data-src="https://m.example/q"></iframe>',
            '<a href="https://m.example/q">https://m.example/q</a>',
        ),
        (
            '<object data="https://d.example/a.pdf"></object>',
            '<a href="https://d.example/a.pdf">https://d.example/a.pdf</a>',
        ),
        ('<embed src="https://d.example/a.swf">', '<a href="https://d.example/a.swf">https://d.example/a.swf</a>'),
        (
            '<object><param name="movie" value="https://d.example/a.swf"><embed src="https://d.example/a.swf"></object>',
            '<a href="https://d.example/a.swf">https://d.example/a.swf</a>',
        ),
    ],
)
@pytest.mark.parametrize(
    "place", ["{}", "<div>{}</div>", "<ul><li>{}</li></ul>", "<blockquote>{}</blockquote>", "<h2>{}</h2>"]
)
def test_a_frame_of_another_site_becomes_a_counted_link_wherever_it_stands(frame: str, link: str, place: str) -> None:
    losses: Counter[Loss] = Counter()
    assert parse_body(place.format(frame), losses=losses) == [Paragraph(link)]
    assert losses == {Loss.FRAMES: 1}


@pytest.mark.parametrize("size", ['width="1" height="1"', 'height="0"'])
def test_a_frame_that_nobody_sees_is_left_out(size: str) -> None:
    losses: Counter[Loss] = Counter()
    assert parse_body(f'<iframe src="https://ads.example/" {size}></iframe>', losses=losses) == []
    assert not losses


@pytest.mark.parametrize("body", ["First.\n\n{}\n\nLast.", "First.\n<div>\n{}\n</div>\nLast.", "First.<p>{}</p>Last."])
def test_an_address_alone_on_a_line_is_a_link(body: str) -> None:
    link = "https://social.example/@ann/1?a=b"
    assert parse_body(body.format(link))[1] == Paragraph(f'<a href="{link}">{link}</a>')
    assert parse_body(f"<pre>\n{link}\n</pre>") == [Preformatted(link)]


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


def test_a_cell_that_spans_rows_moves_no_other_cell() -> None:
    body = (
        "<table><tr><td rowspan='2'>North</td><td>Gull</td><td>8</td></tr><tr><td>Tern</td><td>9</td></tr>"
        "<tr><td colspan='2'>none</td><td>10</td></tr><tr><td>a</td><td rowspan='9'>b</td><td>c</td></tr></table>"
    )
    assert parse_body(body) == [
        Table((("North", "Gull", "8"), ("", "Tern", "9"), ("none", "", "10"), ("a", "b", "c")), header=False)
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


def test_only_what_a_browser_would_not_show_is_dropped_with_its_contents() -> None:
    losses: Counter[Loss] = Counter()
    body = (
        "a<script>b()</script><style>c{}</style><noscript>d</noscript><template>d</template><title>d</title>"
        "<svg onload=e><title>d</title><desc>d</desc><text>f</text></svg><math><mi>x</mi><mo>=</mo><mn>2</mn>"
        "<annotation>d</annotation></math><noembed>d</noembed><!-- d --><?d?><!d>g"
    )
    assert parse_body(body, losses=losses) == [Paragraph("a f x = 2 g")]
    assert losses == {Loss.SCRIPTS: 1, Loss.DRAWINGS: 1, Loss.FORMULAS: 1}


@pytest.mark.parametrize("name", ["script", "style", "title", "textarea", "noscript", "xmp", "plaintext", "template"])
def test_an_element_without_an_end_hides_nothing(name: str) -> None:
    assert parse_body(f"<p>a</p><{name}><p>b <b>c</b></p>") == [Paragraph("a"), Paragraph("b <b>c</b>")]


@pytest.mark.parametrize("start", ["<!-- ", "<!", "<?", "</3 ", "<b ", '<b title="', "<3 "])
def test_a_bracket_that_begins_no_tag_hides_nothing(start: str) -> None:
    assert visible_words(parse_body(f"We {start}love the quay"))[-2:] == ["the", "quay"]


def test_the_text_of_a_field_and_of_an_example_is_words_and_no_markup() -> None:
    assert parse_body("<textarea>a <b>b</b> &amp;</textarea>") == [Paragraph("a &lt;b&gt;b&lt;/b&gt; &amp;")]
    assert parse_body("<xmp>a <b>b</b> &amp;</xmp>") == [Preformatted("a <b>b</b> &amp;")]


def test_struck_words_stay_struck() -> None:
    body = "<p>He <del>left</del> <ins>stayed</ins> <strike>a</strike> <s>b</s> "
    body += "<span style='text-decoration: line-through'>c</span> <span>d</span></p>"
    assert parse_body(body) == [Paragraph("He <s>left</s> stayed <s>a</s> <s>b</s> <s>c</s> d")]
    assert parse_body("<h2>He <del>left</del> stayed</h2>") == [Subhead("He ~~left~~ stayed")]
    assert parse_body("<p>Salt <s> wins</p><p>always</p>") == [Paragraph("Salt wins"), Paragraph("always")]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>6</sup> kg", "10^6 kg"),
        ("H<sub>2</sub>O", "H_2O"),
        ("the 1<sup>st</sup> pier", "the 1st pier"),
        ("<sup>2</sup> see below", "2 see below"),
    ],
)
def test_raised_figures_keep_their_sense_in_plain_text(markup: str, text: str) -> None:
    assert parse_body(f"<h2>{markup}</h2>") == [Subhead(text)]
    assert parse_body(f"<table><tr><td>{markup}</td><td>b</td></tr></table>") == [Table(((text, "b"),))]


def test_links_in_plain_text_are_followed_by_their_address() -> None:
    link = '<a href="/log">the log</a>'
    url, there = "https://a.example/2014/ferry/", "the log (https://a.example/log)"
    body = (
        f"<h2>{link}</h2><blockquote>{link}<cite>Ada, {link}</cite></blockquote>"
        f"<table><tr><td>{link}</td><td>b</td></tr></table><pre>{link}</pre>"
        f"<figure><img src='/q.jpg'><figcaption>{link}</figcaption></figure>"
    )
    assert parse_body(body, base_url=url) == [
        Subhead(there),
        Quote(there, f"Ada, {there}"),
        Table(((there, "b"),)),
        Preformatted(there),
        Picture("https://a.example/q.jpg", "", there),
    ]


def test_links_that_lead_nowhere_are_counted() -> None:
    losses: Counter[Loss] = Counter()
    body = '<a href="#x">a</a> <a href="ftp://a.example">b</a> <a href="javascript:x()">c</a> <a name="d">d</a>'
    assert parse_body(body, losses=losses) == [Paragraph("a b c d")]
    assert losses == {Loss.LINKS_WITHIN: 1, Loss.LINKS: 2}


def test_a_link_on_a_picture_is_counted_unless_it_leads_to_the_picture() -> None:
    losses: Counter[Loss] = Counter()
    parse_body('<a href="/u/q.jpg?a=1"><img src="/u/q-300x200.jpg"></a>', losses=losses)
    assert not losses
    parse_body('<figure><a href="/fares"><img src="/u/q.jpg"></a></figure>', losses=losses)
    assert losses == {Loss.LINKS_OF_PICTURES: 1}


def test_a_picture_that_is_loaded_late_has_its_address() -> None:
    assert parse_body('<img src="data:image/gif;base64,R0" data-src="/q.jpg">') == [Picture("/q.jpg")]


def test_an_embedded_picture_is_counted() -> None:
    losses: Counter[Loss] = Counter()
    parse_body('<img src="data:image/png;base64,R0"> <img src="data:x" width="1">', losses=losses)
    assert losses == {Loss.PICTURES: 1}


@pytest.mark.parametrize(
    ("listing", "blocks"),
    [
        ('<ol start="5"><li>five</li><li>six</li></ol>', [Paragraph("5. five<br>6. six")]),
        ("<ol reversed><li>b</li><li>a</li></ol>", [Paragraph("2. b<br>1. a")]),
        ('<ol><li>a</li><li value="7">b</li><li>c</li></ol>', [Paragraph("1. a<br>7. b<br>8. c")]),
        ('<ol start="1"><li>a</li></ol>', [Listing("<ol><li>a</li></ol>")]),
        ('<ol start="x"><li>a</li></ol>', [Listing("<ol><li>a</li></ol>")]),
        (
            '<ul><li>a<ol start="0"><li>b</li></ol></li></ul>',
            [Listing("<ul><li>a<ul><li>0. b</li></ul></li></ul>")],
        ),
    ],
)
def test_the_items_of_a_list_keep_their_numbers(listing: str, blocks: list[Block]) -> None:
    assert parse_body(listing) == blocks


def test_footnotes_stand_at_the_end_and_are_linked() -> None:
    body = '<!-- wp:paragraph --><p>Old<sup data-fn="aa-1" class="fn"><a href="#aa-1" id="aa-1-link">1</a></sup>.</p>'
    stored = '[{"id":"aa-1","content":"Built in 1874 by <em>two</em> brothers."},{"id":"b","content":"x"}]'
    losses: Counter[Loss] = Counter()
    assert parse_body(body, footnotes=stored, losses=losses) == [
        Paragraph('Old<sup><a href="#note-1">1</a></sup>.'),
        Listing(
            '<ol><li><a id="note-1"></a>Built in 1874 by <i>two</i> brothers.</li><li><a id="note-2"></a>x</li></ol>'
        ),
    ]
    assert not losses


@pytest.mark.parametrize("stored", ["", "[]", "{}", "[1]", "not JSON", "null", '[{"id": 5}]'])
def test_footnotes_that_are_none_change_nothing(stored: str) -> None:
    assert parse_body("<p>a</p>", footnotes=stored)[0] == Paragraph("a")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Gull Lines <GUL> buys Tern", "Gull Lines <GUL> buys Tern"),
        ("Ferry <in> and <out> times", "Ferry <in> and <out> times"),
        ("A <script> for the play", "A <script> for the play"),
        ("Title <TITLE> of all", "Title <title> of all"),
        ("Use <b>bold</b> with <em>care</em>", "Use bold with care"),
        ("x < y and y > z", "x < y and y > z"),
        ("Profits <5% this year, sales >10%", "Profits <5% this year, sales >10%"),
        ("Sail <I> wins, <s> too", "Sail wins, too"),
        ("<o:p>Word</o:p> <my-tag>tag</my-tag>", "Word tag"),
        ("I would say <not> so, by far", "I would say <not> so, by far"),
        ("We </3 this", "We </3 this"),
        ('<img src="https://a.example/q.jpg" alt="Quay"> here', "here\nQuay (https://a.example/q.jpg)"),
    ],
)
def test_names_in_brackets_are_words_of_a_title(markup: str, text: str) -> None:
    assert plain_text(markup) == text


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
