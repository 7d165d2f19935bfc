"""How well a search ranks: the judged articles put into a paper, and the queries asked in it."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean

from django.db import connection, transaction
from django.db.models import Q
from wagtail.search.backends import get_search_backend

from broadsheet.newsroom.actions import ImportedArticle, import_articles, import_section
from broadsheet.newsroom.models import ArticlePage
from broadsheet.newsroom.search.index import Scope, find
from broadsheet.newsroom.search.terms import terms_of

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = ROOT.parent / "shared" / "data" / "newsarticles-2016-17" / "NewsArticles.even.csv"
JUDGMENTS = ROOT / "bench" / "relevance" / "judgments.json"
FIRST = 10
HALVES = ["tuning", "held out"]
Search = Callable[[str], Sequence[int]]


def load() -> None:
    """Put the articles into a paper that is empty; the slug of each is its number."""
    with transaction.atomic():
        section = import_section("News", slug="news")
        pages = import_articles([ImportedArticle(page=page, section=section) for page in _pages()])
    with transaction.atomic():
        get_search_backend().add_bulk(ArticlePage, pages)


def _pages() -> Iterator[ArticlePage]:
    with ARTICLES.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            day, noon = row["publish_date"].split()[0], timedelta(hours=12)
            moment = datetime.strptime(day, "%Y/%m/%d").replace(tzinfo=UTC) + noon
            paragraphs = [("preformatted", text) for text in row["text"].split("\n\n") if text.strip()]
            yield ArticlePage(
                title=row["title"][:250],
                draft_title=row["title"][:250],
                slug=row["article_id"],
                deck=row["subtitle"] or "",
                body=paragraphs,
                live=True,
                first_published_at=moment,
                last_published_at=moment,
            )


def judge() -> None:
    """Print P@10 and MRR of each search for each half of the queries, and the queries that do worst."""
    numbers = {pk: int(slug) for pk, slug in ArticlePage.objects.values_list("pk", "slug")}
    judged = json.loads(JUDGMENTS.read_text())
    searches: dict[str, Search] = {"search": _ours, "LIKE, newest first": _like}
    if connection.vendor == "sqlite":
        _make_plain_index()
        searches["plain FTS5"] = _plain
    figures, worst = {}, []
    for name, search in searches.items():
        for half in HALVES:
            scores = []
            for query in (one for one in judged if one["half"] == half):
                found = [numbers[pk] for pk in search(query["query"])[:FIRST]]
                precision, rank = _score(found, set(query["relevant"]))
                scores.append((precision, rank))
                if name == "search":
                    worst.append(
                        (precision, rank, half, query["query"], [n for n in found if n not in query["relevant"]])
                    )
            figures[f"{name}, {half}"] = [mean(column) for column in zip(*scores, strict=True)]
    print(json.dumps({"figures": figures, "worst": sorted(worst)[:14]}))


def _score(found: Sequence[int], relevant: set[int]) -> tuple[float, float]:
    right = [place for place, number in enumerate(found, 1) if number in relevant]
    return len(right) / min(FIRST, len(relevant)), 1 / right[0] if right else 0.0


def _ours(query: str) -> Sequence[int]:
    return find(terms_of(query), Scope()).keys


def _like(query: str) -> Sequence[int]:
    """Articles that contain each word anywhere: as WordPress, the whole query in the headline first, then by date."""
    articles = ArticlePage.objects.published()
    for word in query.split():
        articles = articles.filter(Q(title__icontains=word) | Q(deck__icontains=word) | Q(body__icontains=word))
    keys = list(articles.newest_first().values_list("pk", flat=True))
    titled = set(articles.filter(title__icontains=query).values_list("pk", flat=True))
    return sorted(keys, key=lambda key: key not in titled)


def _make_plain_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIRTUAL TABLE temp.plain USING fts5(headline, deck, text)")
        for article in ArticlePage.objects.all():
            text = "\n".join(str(block.value) for block in article.body)
            row = [article.pk, article.title, article.deck, text]
            cursor.execute("INSERT INTO temp.plain(rowid, headline, deck, text) VALUES (%s, %s, %s, %s)", row)


def _plain(query: str) -> Sequence[int]:
    words = " AND ".join(f'"{word}"' for word in query.split())
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM temp.plain WHERE plain MATCH %s ORDER BY rank, rowid DESC", [words])
        return [pk for (pk,) in cursor.fetchall()]
