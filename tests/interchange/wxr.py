"""Writes exports as WordPress does, and reads their records."""

from pathlib import Path
from typing import TypeVar

from broadsheet.interchange.errors import NotAnExport
from broadsheet.interchange.sources.wordpress.reader import read_export
from broadsheet.interchange.sources.wordpress.wxr import WxrComment, WxrPost, WxrRecord

BEGIN = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- an export -->
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Ferry Post</title>
<link>https://ferrypost.example</link>
<language>en-GB</language>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://ferrypost.example</wp:base_site_url>
<wp:base_blog_url>https://ferrypost.example/paper</wp:base_blog_url>
"""
END = "</channel>\n</rss>\n"

Kind = TypeVar("Kind")


def item(number: int = 1, *, body: str = "Words.", extra: str = "") -> str:
    """Return a post of an export; `extra` is inserted before its end."""
    return f"""<item>
<title>Post {number}</title>
<link>https://ferrypost.example/paper/post-{number}/</link>
<dc:creator><![CDATA[wim]]></dc:creator>
<content:encoded><![CDATA[{body}]]></content:encoded>
<excerpt:encoded><![CDATA[In short.]]></excerpt:encoded>
<wp:post_id>{number}</wp:post_id>
<wp:post_date>2014-07-01 09:30:00</wp:post_date>
<wp:post_date_gmt>2014-07-01 07:30:00</wp:post_date_gmt>
<wp:comment_status>open</wp:comment_status>
<wp:post_name>post-{number}</wp:post_name>
<wp:status>publish</wp:status>
<wp:post_parent>0</wp:post_parent>
<wp:post_type>post</wp:post_type>
<wp:post_password></wp:post_password>
{extra}</item>
"""


def comment(number: int = 1, **fields: str) -> str:
    """Return a comment of an export; fields are named without their prefix."""
    values = {
        "comment_id": str(number),
        "comment_author": "Ada",
        "comment_author_email": "ada@readers.example",
        "comment_author_url": "https://ada.example",
        "comment_author_IP": "203.0.113.9",
        "comment_date": "2014-07-01 12:00:00",
        "comment_date_gmt": "2014-07-01 10:00:00",
        "comment_content": "Well put.",
        "comment_approved": "1",
        "comment_type": "",
        "comment_parent": "0",
        "comment_user_id": "0",
    } | fields
    return (
        "<wp:comment>"
        + "".join(f"<wp:{key}><![CDATA[{value}]]></wp:{key}>" for key, value in values.items())
        + ("</wp:comment>\n")
    )


def meta(key: str, value: str) -> str:
    """Return a custom field of a post."""
    return (
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>\n"
    )


def read(path: Path) -> tuple[list[WxrRecord], NotAnExport | None]:
    """Return all records of a file, and the refusal that ended the reading."""
    records: list[WxrRecord] = []
    try:
        records.extend(read_export(path))
    except NotAnExport as refusal:
        return records, refusal
    return records, None


def of(kind: type[Kind], records: list[WxrRecord]) -> list[Kind]:
    """Return the records of one class."""
    return [record for record in records if isinstance(record, kind)]


def only_post(path: Path) -> WxrPost:
    """Return the only post of a readable export."""
    records, refusal = read(path)
    assert refusal is None
    (post,) = of(WxrPost, records)
    return post


def only_comment(path: Path) -> WxrComment:
    """Return the only comment of a readable export."""
    records, refusal = read(path)
    assert refusal is None
    (only,) = of(WxrComment, records)
    return only
