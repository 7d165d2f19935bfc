"""How long searches take in a paper, asked in one process: the whole page, as a reader gets it, without the network."""

import json
import time
from itertools import islice, pairwise
from random import Random
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client, override_settings

from broadsheet.newsroom.models import ArticlePage, SectionPage
from broadsheet.newsroom.search.entries import body_text

SAMPLES = 12  # of each kind; each asks for other words


def measure() -> None:
    """Print the milliseconds of each search, by its kind: wall time and processor time of this process."""
    client, took = Client(headers={"host": "localhost"}), {}
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # `serve` collects the real ones
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": static}):
        for kind, queries in _queries().items():
            client.get("/search/", queries[0])
            took[kind] = [_timed(client, query) for query in queries]
    print(json.dumps(took))


def _timed(client: Client, query: dict[str, str]) -> list[float]:
    began, used = time.perf_counter(), time.process_time()
    response = client.get(f"/search/?{urlencode(query)}")
    times = [(time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000]
    assert response.status_code == 200, response.status_code
    return times


def _queries() -> dict[str, list[dict[str, str]]]:
    """Searches by their kind, in words of the newest articles; the frequent words are the shortest."""
    die = Random(7)
    articles = list(islice(ArticlePage.objects.published().newest_first(), 400))
    texts = [body_text(article.body).lower().replace(".", "").split() for article in articles]
    words = sorted({word for text in texts for word in text}, key=lambda word: (len(word), word))
    frequent, rare = words[:40], [word for word in words if len(word) > 9]
    adjacent = [
        f'"{one} {two}"' for text in texts for one, two in pairwise(text) if one in frequent and two in frequent
    ]
    section = SectionPage.objects.order_by("path")[0].slug

    def some(*choices: list[str]) -> list[str]:
        return [" ".join(die.choice(words) for words in choices) for _ in range(SAMPLES)]

    plain = {
        "a rare word": some(rare),
        "a frequent word": some(frequent),
        "the beginning of a word": [word[:2] for word in some(frequent)],
        "two frequent words": some(frequent, frequent),
        "a frequent and a rare word": some(frequent, rare),
        "six frequent words": some(*[frequent] * 6),
        "a phrase of frequent words": [die.choice(adjacent) for _ in range(SAMPLES)],
        "a phrase of frequent words that nobody wrote": [f'"{pair} {pair}"' for pair in some(frequent, frequent)],
    }
    asked = {kind: [{"q": query} for query in queries] for kind, queries in plain.items()}
    asked["a frequent word, newest first"] = [{"q": query, "order": "newest"} for query in some(frequent)]
    asked["a frequent word in a section"] = [{"q": query, "section": section} for query in some(frequent)]
    asked["a frequent word in old years"] = [{"q": query, "until": "2008-12-31"} for query in some(frequent)]
    asked["a section without words"] = [{"q": "", "section": section}] * SAMPLES
    return asked
