"""The blocks of an article's text. Imported texts arrive in the same blocks."""

import re
from html import unescape
from typing import Any

import nh3
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import RichText

INLINE = ["bold", "italic", "strikethrough", "link", "superscript", "subscript", "code"]
EMBED_HOSTS = ("youtube.com", "youtu.be", "youtube-nocookie.com", "vimeo.com")
_STRUCTURE = {"p", "h2", "h3", "h4", "ol", "ul", "li"}
_CLEANER = nh3.Cleaner(
    tags={*_STRUCTURE, "a", "b", "strong", "i", "em", "s", "del", "sup", "sub", "code", "br"},
    attributes={**{element: {"data-block-key"} for element in _STRUCTURE}, "a": {"href", "linktype", "id"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)
_BREAK = re.compile(r"<br ?/?>|</p>")
_SENTENCE = re.compile(r".{20,}?[.!?…][\"'”’»)]*(?=\s|$)|.+?[。！？؟।]", re.DOTALL)  # 20: more than "St. " or "Dr. "
MAX_SUMMARY = 200
BODY_HELP = _("Paragraphs, subheadings, quotes, pictures, lists, tables and videos, in any order.")


class CleanRichTextBlock(blocks.RichTextBlock):
    """Rich text without elements that the editor does not offer, whichever road has stored it."""

    def to_python(self, value: str | RichText) -> RichText:
        """Return the stored text, cleaned."""
        return RichText(_CLEANER.clean(value.source if isinstance(value, RichText) else value or ""))


class QuoteBlock(blocks.StructBlock):
    """A quotation, set apart from the text."""

    text = blocks.TextBlock(label=_("Quotation"), help_text=_("Without quotation marks."))
    attribution = blocks.CharBlock(
        required=False, label=_("Attribution"), help_text=_("The speaker and, where it matters, their role.")
    )

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "newsroom/blocks/quote.html"


class PictureBlock(blocks.StructBlock):
    """A photograph within the text."""

    photo = ImageChooserBlock(label=_("Photograph"))
    caption = blocks.CharBlock(
        required=False, label=_("Caption"), help_text=_("What the photograph shows: who, where and when.")
    )
    alt = blocks.CharBlock(
        required=False,
        label=_("Alt text"),
        help_text=_("For readers who cannot see it. Leave empty if the caption says everything."),
    )

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "newsroom/blocks/picture.html"


def photos_in(body: Any) -> list[Any]:
    """Return the photographs of the pictures in a text, without those that were deleted."""
    pictures = [block.value["photo"] for block in body or () if block.block_type == "picture"]
    return [photo for photo in pictures if photo is not None]


class EmbedBlock(blocks.StructBlock):
    """A video from elsewhere, shown as a link with a title: the browser loads no part of it before a reader clicks."""

    url = blocks.URLBlock(
        label=_("Address"),
        help_text=_("The address of the video on YouTube or Vimeo. Nothing loads from there until a reader clicks."),
    )
    title = blocks.CharBlock(label=_("Title"), help_text=_("What the video shows, and how long it is."))

    class Meta:
        icon = "media"
        label = _("Video")
        template = "newsroom/blocks/embed.html"


class BodyBlock(blocks.StreamBlock):
    """The text of an article or a plain page."""

    paragraph = CleanRichTextBlock(features=INLINE, label=_("Paragraph"), template="newsroom/blocks/paragraph.html")
    subhead = blocks.CharBlock(icon="title", label=_("Subheading"), template="newsroom/blocks/subhead.html")
    quote = QuoteBlock()
    picture = PictureBlock()
    listing = CleanRichTextBlock(
        features=["ol", "ul", *INLINE], icon="list-ul", label=_("List"), template="newsroom/blocks/listing.html"
    )
    table = TableBlock(label=_("Table"), template="newsroom/blocks/table.html")
    embed = EmbedBlock()
    preformatted = blocks.TextBlock(
        icon="code", label=_("Preformatted text"), template="newsroom/blocks/preformatted.html"
    )


def opening_of(body: Any) -> str:
    """Return the first sentence of a text, from its first paragraph, quotation or list, as plain text."""
    for block in body.raw_data:
        value = block["value"]
        text = value.get("text", "") if isinstance(value, dict) else value if isinstance(value, str) else ""
        if block["type"] in {"paragraph", "listing"}:
            text = unescape(strip_tags(_BREAK.sub(" ", text)))
        if block["type"] in {"paragraph", "listing", "quote"} and text.strip():
            return _first_sentence(" ".join(text.split()))
    return ""


def _first_sentence(text: str) -> str:
    sentence = _SENTENCE.match(text)
    return Truncator(sentence[0] if sentence else text).chars(MAX_SUMMARY)
