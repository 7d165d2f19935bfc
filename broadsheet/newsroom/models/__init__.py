"""The newsroom's tables: the paper, its people, its photographs and its pages."""

from broadsheet.newsroom.models.articles import ArticlePage
from broadsheet.newsroom.models.orderables import ArticleTag, BylineEntry, Correction
from broadsheet.newsroom.models.pages import FrontPage, FrontSection, FrontSlot, PlainPage, SectionPage
from broadsheet.newsroom.models.paper import Paper
from broadsheet.newsroom.models.people import Author
from broadsheet.newsroom.models.photos import Photo, PhotoRendition
from broadsheet.newsroom.models.previews import PreviewLink
from broadsheet.newsroom.models.search_entries import SearchEntry

__all__ = [
    "ArticlePage",
    "ArticleTag",
    "Author",
    "BylineEntry",
    "Correction",
    "FrontPage",
    "FrontSection",
    "FrontSlot",
    "Paper",
    "Photo",
    "PhotoRendition",
    "PlainPage",
    "PreviewLink",
    "SearchEntry",
    "SectionPage",
]
