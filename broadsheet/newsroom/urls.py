"""The addresses of the newsroom's pages."""

from datetime import date

from django.urls import path, re_path, register_converter

from broadsheet.newsroom import feeds, sitemaps, views


class Year:
    """A year of four digits."""

    regex = r"[12]\d{3}"

    def to_python(self, value: str) -> int:
        """Return the year."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return four digits."""
        return f"{value:04d}"


class TwoDigits(Year):
    """A day of the month in two digits."""

    regex = r"[0-3]\d"

    def to_python(self, value: str) -> int:
        """Return the day; raise ValueError, which means 404, for a number that no month has."""
        return date(2000, 1, int(value)).day

    def to_url(self, value: int) -> str:
        """Return two digits."""
        return f"{value:02d}"


class Month(TwoDigits):
    """A month in two digits."""

    def to_python(self, value: str) -> int:
        """Return the month; raise ValueError, which means 404, for a number beyond 12."""
        return date(2000, int(value), 1).month


class ArticleAddress:
    """The address of an article: 2019/03/28/slug."""

    regex = r"\d{4}/\d{2}/\d{2}/[-\w]+"

    def to_python(self, value: str) -> str:
        """Return the address as the table has it."""
        return value

    def to_url(self, value: str) -> str:
        """Return the address unchanged."""
        return value


register_converter(ArticleAddress, "article")
register_converter(Year, "yyyy")
register_converter(Month, "mm")
register_converter(TwoDigits, "dd")

app_name = "newsroom"
urlpatterns = [
    path("archive/", views.archive, name="archive"),
    path("<yyyy:year>/", views.archive_year, name="archive_year"),
    path("<yyyy:year>/<mm:month>/", views.archive_month, name="archive_month"),
    path("<yyyy:year>/<mm:month>/<dd:day>/", views.archive_day, name="archive_day"),
    path("<article:address>/", views.article_page, name="article"),
    re_path(r"^images/([^/]+)/(\d+)/([^/]+)/[^/]*$", views.PhotoView.as_view(), name="photo"),
    re_path(r"^(?P<first>(?:(?:authors|tags)/)?[^/]+/)page/0*1/$", views.first_page),
    path("search/", views.search, name="search"),
    path("search/page/<int:number>/", views.search, name="search_page"),
    path("feed/", feeds.rss, name="feed"),
    path("feed/atom/", feeds.atom, name="atom"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.sitemap_of_pages, name="sitemap_pages"),
    path("sitemap-articles-<int:number>.xml", sitemaps.sitemap_of_articles, name="sitemap_articles"),
    path("news-sitemap.xml", sitemaps.news_sitemap, name="news_sitemap"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("authors/<slug:slug>/page/<int:number>/", views.author, name="author_page"),
    path("tags/<str:slug>/", views.tag, name="tag"),
    path("tags/<str:slug>/page/<int:number>/", views.tag, name="tag_page"),
    path("<slug:slug>/page/<int:number>/", views.section_page, name="section_page"),
    path("<slug:slug>/feed/", feeds.rss, name="section_feed"),
    path("<slug:slug>/feed/atom/", feeds.atom, name="section_atom"),
]
