"""Writes WordPress exports of any size from random words; equal seeds give equal files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TextIO

WORDS = [
    "harbour", "tide", "council", "bridge", "market", "ferry", "school", "river", "mill", "garden", "choir",
    "winter", "lantern", "orchard", "bell", "tower", "bakery", "meadow", "quay", "library", "festival", "station",
    "engine", "signal", "beacon", "willow", "copper", "harvest", "morning", "evening", "letter", "window", "street",
    "roof", "cellar", "kitchen", "captain", "teacher", "farmer", "printer", "paper", "ink", "stone", "timber",
    "rope", "anchor", "sail", "compass", "chart",
]  # fmt: skip
BEGIN = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Elmford Courier</title>
<link>https://elmford.example</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://elmford.example</wp:base_site_url>
<wp:base_blog_url>https://elmford.example</wp:base_blog_url>
"""
END = "</channel>\n</rss>\n"
POST = """<item>
<title>{title}</title>
<link>https://elmford.example/{slug}/</link>
<dc:creator><![CDATA[writer{author}]]></dc:creator>
<content:encoded><![CDATA[{body}]]></content:encoded>
<excerpt:encoded><![CDATA[{excerpt}]]></excerpt:encoded>
<wp:post_id>{number}</wp:post_id>
<wp:post_date>{date}</wp:post_date>
<wp:post_date_gmt>{date}</wp:post_date_gmt>
<wp:comment_status>open</wp:comment_status>
<wp:post_name>{slug}</wp:post_name>
<wp:status>publish</wp:status>
<wp:post_parent>0</wp:post_parent>
<wp:post_type>post</wp:post_type>
<category domain="category" nicename="section-{section}"><![CDATA[Section {section}]]></category>
<category domain="post_tag" nicename="{tag}"><![CDATA[{tag}]]></category>
"""
COMMENT = """<wp:comment>
<wp:comment_id>{number}</wp:comment_id>
<wp:comment_author><![CDATA[{name}]]></wp:comment_author>
<wp:comment_author_email>reader{reader}@readers.example</wp:comment_author_email>
<wp:comment_author_url></wp:comment_author_url>
<wp:comment_author_IP>203.0.113.9</wp:comment_author_IP>
<wp:comment_date>{date}</wp:comment_date>
<wp:comment_date_gmt>{date}</wp:comment_date_gmt>
<wp:comment_content><![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type>
<wp:comment_parent>{parent}</wp:comment_parent>
</wp:comment>
"""
START = datetime(2012, 1, 1, tzinfo=UTC)


def write_export(path: Path, *, posts: int, comments: int, seed: int = 7) -> Path:
    """Write an export with the comments spread over the posts; a third of the comments are replies."""
    rng = Random(seed)
    with path.open("w") as file:
        file.write(BEGIN)
        first = 1
        for number in range(1, posts + 1):
            last = comments * number // posts
            _write_post(file, number, rng)
            _write_comments(file, number, range(first, last + 1), rng)
            file.write("</item>\n")
            first = last + 1
        file.write(END)
    return path


def _write_post(file: TextIO, number: int, rng: Random) -> None:
    text = {
        "title": sentence(rng, 7).rstrip("."),
        "body": "\n\n".join(paragraph(rng) for _ in range(6)),
        "excerpt": sentence(rng, 14),
        "tag": rng.choice(WORDS),
    }
    date = _date(START + timedelta(hours=7 * number))
    slug = f"post-{number}"
    file.write(POST.format(number=number, slug=slug, date=date, author=number % 20, section=number % 8, **text))


def _write_comments(file: TextIO, post: int, numbers: range, rng: Random) -> None:
    for number in numbers:
        parent = rng.choice(range(numbers.start, number)) if number > numbers.start and rng.random() < 1 / 3 else 0
        date = _date(START + timedelta(hours=7 * post, minutes=number - numbers.start + 1))
        name, text = rng.choice(WORDS).title(), " ".join(sentence(rng, 12) for _ in range(3))
        reader = rng.randrange(5000)
        file.write(COMMENT.format(number=number, parent=parent, date=date, name=name, text=text, reader=reader))


def paragraph(rng: Random) -> str:
    words = " ".join(sentence(rng, 15) for _ in range(4))
    return f'{words} <a href="https://elmford.example/more/">More</a> and <em>more</em>.'


def sentence(rng: Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def _date(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
