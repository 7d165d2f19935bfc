"""The readers' search: how well it ranks judged articles, and how long it takes among 100,000, on both databases."""

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from bench.kept import copied, copied_on_postgres
from bench.load import percentile
from bench.rows import Missing, Row
from bench.serving import ROOT, Paper, new_paper, postgres_database

NAME = "search"
ARTICLES, COMMENTS = 100_000, 2_000
JUDGED = ROOT.parent / "shared" / "data" / "newsarticles-2016-17" / "NewsArticles.even.csv"
JUDGE = "from bench.relevance import judging; judging.load(); judging.judge()"
MEASURE = "from bench.relevance import searching; searching.measure()"


def run() -> list[Row]:
    """Measures SQLite, and PostgreSQL where there is one."""
    rows = [*_on("SQLite", "", copied(ARTICLES, COMMENTS))]
    try:
        with postgres_database() as address:
            return [*rows, *_on("PostgreSQL", address, copied_on_postgres(ARTICLES, COMMENTS))]
    except Missing as missing:
        print(f"\nOn SQLite alone: {missing}", flush=True)
        return rows


def _on(database: str, address: str, large: AbstractContextManager[Paper]) -> Iterator[Row]:
    for row in (*_relevance(address), *_times(large)):
        yield replace(row, what=f"{database}: {row.what}")


def _relevance(address: str) -> Iterator[Row]:
    """P@10 and MRR of each search; raises Missing without the articles."""
    if not JUDGED.exists():
        raise Missing(f"The judged articles are not in {JUDGED}.")
    with new_paper(address) as paper:
        figures = json.loads(paper.shell(JUDGE).splitlines()[-1])["figures"]
    for name, (precision, rank) in figures.items():
        is_ours = name.startswith("search")
        yield Row(f"{name}: P@10", precision, "", ">= 0.9" if is_ours else "")
        yield Row(f"{name}: MRR", rank, "", ">= 0.95" if is_ours else "")


def _times(large: AbstractContextManager[Paper]) -> Iterator[Row]:
    with large as paper:
        took: dict[str, Sequence[Sequence[float]]] = json.loads(paper.shell(MEASURE).splitlines()[-1])
    every = [wall for times in took.values() for wall, _ in times]
    yield Row(f"a search among {ARTICLES:,} articles, 95 of 100", percentile(every, 95), "ms", "<= 100")
    for kind, times in took.items():
        meaning = f"{percentile([used for _, used in times], 95):,.0f} ms of processor time in the paper's process"
        yield Row(f"{kind}, 95 of 100", percentile([wall for wall, _ in times], 95), "ms", meaning=meaning)
