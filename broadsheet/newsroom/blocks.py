"""What an article's body is made of. Imported bodies arrive in the same blocks."""

from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageChooserBlock

INLINE = ["bold", "italic", "link", "superscript", "subscript", "code"]
EMBED_HOSTS = ("youtube.com", "youtu.be", "youtube-nocookie.com", "vimeo.com")


class QuoteBlock(blocks.StructBlock):
    """Somebody's words, set apart."""

    text = blocks.TextBlock(help_text="The words, without quotation marks.")
    attribution = blocks.CharBlock(required=False, help_text="Who said it, and in what capacity.")

    class Meta:
        icon = "openquote"
        template = "newsroom/blocks/quote.html"


class PictureBlock(blocks.StructBlock):
    """A photograph within the text."""

    photo = ImageChooserBlock()
    caption = blocks.CharBlock(required=False, help_text="What is to be seen, who, where, when.")
    alt = blocks.CharBlock(
        required=False, label="Alt text", help_text="For those who do not see it. Empty if the caption says all."
    )

    class Meta:
        icon = "image"
        template = "newsroom/blocks/picture.html"


class EmbedBlock(blocks.StructBlock):
    """A film from elsewhere, shown as a link with a title: nothing is loaded before a reader clicks."""

    url = blocks.URLBlock(
        help_text="Address of the film on YouTube or Vimeo. Nothing is loaded before a reader clicks."
    )
    title = blocks.CharBlock(help_text="What the film shows, and how long it is.")

    class Meta:
        icon = "media"
        label = "Film"
        template = "newsroom/blocks/embed.html"


class BodyBlock(blocks.StreamBlock):
    """The body of an article or a plain page."""

    paragraph = blocks.RichTextBlock(features=INLINE, template="newsroom/blocks/paragraph.html")
    subhead = blocks.CharBlock(icon="title", template="newsroom/blocks/subhead.html")
    quote = QuoteBlock()
    picture = PictureBlock()
    listing = blocks.RichTextBlock(
        features=["ol", "ul", *INLINE], icon="list-ul", label="List", template="newsroom/blocks/listing.html"
    )
    table = TableBlock(template="newsroom/blocks/table.html")
    embed = EmbedBlock()
    preformatted = blocks.TextBlock(icon="code", template="newsroom/blocks/preformatted.html")
