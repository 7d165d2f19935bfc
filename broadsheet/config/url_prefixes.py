"""The paper's own URL prefixes: the one table of them, from which the settings derive what must not differ.

The slugs that no page may take, the prefixes under which no page is ever baked, and those that robots.txt disallows all
are derived from here. A test compares the table with the URL configuration, nginx.conf and varnish.vcl.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class UrlPrefix:
    """The beginning of the paths that belong to one room, or to a part of the configuration.

    `reserves` is the slug that no page below the front page may take because of it; empty for none. Under a `private`
    prefix every page is for one person. Under a `never_baked` prefix no page is ever the same for all readers, or it is
    a file on the disk already. robots.txt disallows the prefixes that are `hidden_from_robots`.
    """

    path: str
    owner: str
    reserves: str = ""
    private: bool = False
    never_baked: bool = False
    hidden_from_robots: bool = False


URL_PREFIXES = (
    # Staff.
    UrlPrefix("/cms/", "wagtail", "cms", private=True, never_baked=True, hidden_from_robots=True),
    UrlPrefix("/_util/", "wagtail", "_util", private=True, never_baked=True),
    UrlPrefix("/desk/", "desk", "desk", private=True, never_baked=True, hidden_from_robots=True),
    UrlPrefix("/sign-in/", "accounts", "sign-in", private=True, never_baked=True, hidden_from_robots=True),
    UrlPrefix("/sign-out/", "accounts", "sign-out", private=True, never_baked=True),
    # People with a link to a draft.
    UrlPrefix("/previews/", "newsroom", "previews", private=True, never_baked=True, hidden_from_robots=True),
    # Commenters.
    UrlPrefix("/comments/", "discussion", "comments", never_baked=True),
    UrlPrefix("/comments/waiting/", "discussion", private=True, hidden_from_robots=True),
    UrlPrefix("/comments/confirm/", "discussion", private=True, hidden_from_robots=True),
    UrlPrefix("/receipts/", "discussion", "receipts", private=True, never_baked=True, hidden_from_robots=True),
    # Readers.
    UrlPrefix("/archive/", "newsroom", "archive"),
    UrlPrefix("/authors/", "newsroom", "authors"),
    UrlPrefix("/corrections/", "newsroom", "corrections"),
    UrlPrefix("/feed/", "newsroom", "feed"),
    UrlPrefix("/page/", "newsroom", "page"),  # the word before a page number, as in /harbour/page/2/
    UrlPrefix("/search/", "newsroom", "search", never_baked=True, hidden_from_robots=True),
    UrlPrefix("/tags/", "newsroom", "tags"),
    # Files.
    UrlPrefix("/images/", "newsroom", "images"),
    UrlPrefix("/media/", "config", "media", never_baked=True),
    UrlPrefix("/static/", "config", "static", never_baked=True),
    # Programs.
    UrlPrefix("/logo.png", "newsroom"),
    UrlPrefix("/robots.txt", "newsroom", "robots"),
    UrlPrefix("/sitemap.xml", "newsroom", "sitemap"),
    UrlPrefix("/sitemap-pages.xml", "newsroom", "sitemap-pages"),
    UrlPrefix("/sitemap-articles-", "newsroom"),
    UrlPrefix("/news-sitemap.xml", "newsroom", "news-sitemap"),
    UrlPrefix("/healthz", "config", "healthz"),
    UrlPrefix("/readyz", "config", "readyz"),
    # The demo.
    UrlPrefix("/demo/", "demo", "demo", never_baked=True),
)
