"""The addresses of the newsroom's pages."""

from django.urls import path, re_path

from broadsheet.newsroom import feeds, sitemaps, views

app_name = "newsroom"
urlpatterns = [
    path("archive/", views.archive, name="archive"),
    path("<yyyy:year>/", views.archive_year, name="archive_year"),
    path("<yyyy:year>/<mm:month>/", views.archive_month, name="archive_month"),
    path("<yyyy:year>/<mm:month>/<dd:day>/", views.archive_day, name="archive_day"),
    path("<article:address>/", views.article_page, name="article"),
    re_path(r"^images/([^/]+)/([1-9][0-9]*)/([^/]+)/[^/]*\Z", views.PhotoView.as_view(), name="photo"),
    path("<article:address>/comments/page/1/", views.first_page, name="first_page_of_comments"),
    re_path(r"^(?P<address>(?:[^/]+/)*[^/]+)/page/1/\Z", views.first_page, name="first_page"),
    path("previews/<str:token>/", views.preview, name="preview"),
    path("search/", views.search, name="search"),
    path("search/page/<further:number>/", views.search, name="search_page"),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/page/<further:number>/", views.corrections, name="corrections_page"),
    path("corrections/feed/", feeds.corrections_rss, name="corrections_feed"),
    path("corrections/feed/atom/", feeds.corrections_atom, name="corrections_atom"),
    path("feed/", feeds.rss, name="feed"),
    path("feed/atom/", feeds.atom, name="atom"),
    path("logo.png", views.logo, name="logo"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.sitemap_of_pages, name="sitemap_pages"),
    path("sitemap-articles-<number:number>.xml", sitemaps.sitemap_of_articles, name="sitemap_articles"),
    path("news-sitemap.xml", sitemaps.news_sitemap, name="news_sitemap"),
    path("authors/<word:slug>/", views.author, name="author"),
    path("authors/<word:slug>/page/<further:number>/", views.author, name="author_page"),
    path("authors/<word:slug>/feed/", feeds.author_rss, name="author_feed"),
    path("authors/<word:slug>/feed/atom/", feeds.author_atom, name="author_atom"),
    path("tags/<word:slug>/", views.tag, name="tag"),
    path("tags/<word:slug>/page/<further:number>/", views.tag, name="tag_page"),
    path("tags/<word:slug>/feed/", feeds.tag_rss, name="tag_feed"),
    path("tags/<word:slug>/feed/atom/", feeds.tag_atom, name="tag_atom"),
    path("<word:slug>/page/<further:number>/", views.section_page, name="section_page"),
    path("<word:slug>/feed/", feeds.section_rss, name="section_feed"),
    path("<word:slug>/feed/atom/", feeds.section_atom, name="section_atom"),
]
