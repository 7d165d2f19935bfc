"""RSS 2.0 and Atom whose items can have a language, a picture and a full text, and the class of the paper's feeds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed, SyndicationFeed

_DUBLIN_CORE = {"xmlns:dc": "http://purl.org/dc/elements/1.1/"}
_MEDIA = {"xmlns:media": "http://search.yahoo.com/mrss/"}
_CONTENT = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}


def printable(text: str) -> str:
    """Return the text without the characters that XML 1.0 forbids (section 2.2)."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


@dataclass(frozen=True)
class FeedPicture:
    """The picture of an item: its absolute address, size in pixels and bytes, and media type."""

    url: str
    width: int
    height: int
    length: int
    media_type: str
    description: str = ""
    credit: str = ""

    def as_enclosure(self) -> Enclosure:
        """Return the picture as RSS and Atom attach a file."""
        return Enclosure(self.url, str(self.length), self.media_type)

    def write(self, handler: Any) -> None:
        """Write the picture as Media RSS does, which both formats take."""
        attributes = {"url": self.url, "type": self.media_type, "medium": "image", "fileSize": str(self.length)}
        size = {"width": str(self.width), "height": str(self.height)}
        handler.startElement("media:content", {**_MEDIA, **attributes, **size})
        for name, text in (("media:description", self.description), ("media:credit", self.credit)):
            if text:
                handler.addQuickElement(name, text)
        handler.endElement("media:content")


class _SteadyWhenEmpty(SyndicationFeed):
    """A feed that is the same each time it is rendered, also without items: Django would give it the present time."""

    def latest_post_date(self) -> datetime:
        """Return the time of the latest item; without items that of the feed's beginning, if it has one."""
        begun: datetime = self.feed.get("begun_at") or datetime.fromtimestamp(0, UTC)
        return super().latest_post_date() if self.items else begun


class RssFormat(_SteadyWhenEmpty, Rss201rev2Feed):
    """RSS 2.0; the language of an item is written as in Dublin Core, its full text as in the content module."""

    def add_root_elements(self, handler: Any) -> None:
        """Write the elements of the feed; feed readers take its description for HTML, too, and must find no element."""
        plain = self.feed["description"]
        self.feed["description"] = plain.replace("<", "&lt;")
        super().add_root_elements(handler)
        self.feed["description"] = plain

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item.get("language"):
            handler.addQuickElement("dc:language", item["language"], _DUBLIN_CORE)
        if item.get("full_text"):
            handler.addQuickElement("content:encoded", item["full_text"], _CONTENT)
        if item.get("picture"):
            item["picture"].write(handler)


class AtomFormat(_SteadyWhenEmpty, Atom1Feed):
    """Atom; the language of an entry is its `xml:lang`."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        attributes: dict[str, str] = super().item_attributes(item)
        return {**attributes, "xml:lang": item["language"]} if item.get("language") else attributes

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item.get("full_text"):
            handler.addQuickElement("content", item["full_text"], {"type": "html"})
        if item.get("picture"):
            item["picture"].write(handler)


class PaperFeedView(Feed):
    """A feed in one of the two formats; its source has the `title`, the `path` of its page and its own `feed_path`."""

    def __init__(self, feed_type: type[RssFormat | AtomFormat]) -> None:
        self.feed_type: Any = feed_type

    def title(self, source: Any) -> str:
        return printable(source.title)

    def link(self, source: Any) -> str:
        return absolute(source.path)

    def feed_url(self, source: Any) -> str:
        return absolute(source.feed_path)

    def author_name(self, source: Any) -> str:
        return printable(source.paper.name)

    item_guid_is_permalink = False  # readers would otherwise take the identifier for an address


def absolute(path: str) -> str:
    """Return the path with the address of the paper before it."""
    return f"{settings.BASE_URL}{path}"


def to_the_second(time: datetime | None) -> datetime:
    """Return the time in the paper's zone, to the second."""
    return timezone.localtime(time).replace(microsecond=0)
