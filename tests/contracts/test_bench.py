"""The bench reads what its tools print, and compares like with like."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from bench import table, uncached
from bench.load import Load, median_rate, median_ratio, parsed, percentile
from bench.rows import Row
from broadsheet.accounts.states import Role
from broadsheet.config import concurrency_limit
from broadsheet.discussion.models import Comment
from broadsheet.discussion.templatetags.discussion import comment_html
from broadsheet.discussion.tokens import address_proof
from broadsheet.pagecache.actions import store
from tests.factories import accounts, discussion, newsroom
from tests.pagecache.readers import open_connection

SAID = """\
Running 3s test @ http://127.0.0.1:40275/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.31ms    1.45ms  22.07ms   92.11%
    Req/Sec    11.80k     1.12k   13.50k    70.00%
  Latency Distribution
     50%  913.00us
     75%    1.50ms
     90%    2.41ms
     99%    1.07s
  35261 requests in 3.00s, 1.22GB read
Requests/sec:  11752.48
Transfer/sec:    416.82MB
"""
SMALL = 48  # articles
ERRORS = "  Socket errors: connect 0, read 2, write 0, timeout 3\n  Non-2xx or 3xx responses: 40\n"


def load(rate: float) -> Load:
    return Load(rate, 1, 2)


def test_a_report_of_wrk_is_read_with_its_units() -> None:
    assert parsed(SAID) == Load(rate=11752.48, p50=0.913, p99=1070, failed=0)


def test_answers_that_were_none_are_counted() -> None:
    assert parsed(SAID.replace("Requests/sec", ERRORS + "Requests/sec")).failed == 45


@pytest.mark.parametrize("line", ["Requests/sec:  11752.48\n", "     99%    1.07s\n"])
def test_half_a_report_is_none(line: str) -> None:
    with pytest.raises(ValueError, match="wrk did not say"):
        parsed(SAID.replace(line, ""))


def test_a_ratio_is_between_neighbours_of_a_round() -> None:
    these, those = [load(10), load(200), load(30)], [load(20), load(100), load(30)]
    assert median_ratio(these, those) == 1
    assert median_rate(these) == 30


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)])
def test_a_percentile_is_a_value_that_was_measured(percent: float, value: float) -> None:
    assert percentile(reversed(range(1, 101)), percent) == value


@pytest.mark.parametrize(
    ("value", "bound", "promised"),
    [(0.4, ">= 0.4", "≥ 0.4"), (0.39, ">= 0.4", "≥ 0.4: MISSED"), (1.6, "<= 1.5", "≤ 1.5: MISSED"), (7, "", "")],
)
def test_a_missed_bound_is_told(value: float, bound: str, promised: str) -> None:
    assert Row("baked page", value, "×", bound).cells[2] == promised


def test_the_table_has_the_last_figures_of_every_part(tmp_path: Path) -> None:
    row = {"what": "baked page", "value": 0.5, "unit": "×", "bound": ">= 0.4", "meaning": "no server in front"}
    part = {"machine": "a machine", "at": "2026-11-23T02:00:00+00:00", "seconds": 90, "rows": [{**row, "holds": True}]}
    for name in ("front", "weight"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"name": name, **part}))
    table.write(tmp_path)
    table.write(tmp_path)  # and does not take itself for a part
    written = (tmp_path / "table.md").read_text()
    assert "| baked page | 0.500 × | ≥ 0.4 | no server in front |" in written
    assert "a machine, 2026-11-23, in 90 s; `make bench ONLY=weight`" in written
    assert [one["name"] for one in json.loads((tmp_path / "table.json").read_text())["parts"]] == ["front", "weight"]


@pytest.mark.django_db
def test_the_page_of_which_nothing_is_kept_shows_no_comment_that_was_made_before(rf: RequestFactory) -> None:
    from bench import unbaked  # noqa: PLC0415 - as a server does; it freezes what is loaded

    comment = discussion.published()
    environ = rf.get(f"/{comment.thread.address}/").environ
    with open_connection():
        for _ in range(2):
            unbaked.without_pieces(environ, lambda *_: None)
            assert (comment_html.cache_info().hits, comment_html.cache_info().misses) == (0, 1)
        unbaked.application(environ, lambda *_: None)
    assert comment_html.cache_info().hits == 1


def test_a_plain_wagtail_has_as_many_threads_as_the_paper_lets_into_django() -> None:
    assert uncached.UNGATED == concurrency_limit.MAX_CONCURRENT


@pytest.mark.django_db(transaction=True, serialized_rollback=True)  # PostgreSQL cleans no table in a transaction
def test_the_facts_of_a_filled_paper_are_those_that_the_parts_ask_for(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    from bench.filling import facts, pages, paper  # noqa: PLC0415 - as inside a paper, where Django is on

    def told(tell: Callable[..., None], *words: object) -> Any:
        tell(*words)
        return json.loads(capsys.readouterr().out)

    newsroom.paper()
    accounts.staff(Role.EDITOR)
    settings.BAKED_PAGES = tmp_path / "baked"
    paper.fill(articles=SMALL, comments=10 * SMALL)
    capsys.readouterr()
    assert told(facts.longest_article) in told(facts.open_articles)
    large = told(facts.pages_of_a_paper, SMALL)
    number, revision, address = large["waiting"][0]
    first = Comment.objects.get(pk=number)
    assert (revision, address) == (first.latest_id, first.thread.address)
    assert (len(large["newest"]), large["pages"] > 0, large["queue"] > 0) == (SMALL, True, True)
    around = told(facts.sections_and_others, 3)
    pages.bake({around["beside"]: 2, "bench": 1})
    assert told(facts.purged, around["beside"]) > 0
    assert store().index.count() == 1
    written = discussion.submitted(text="Written for the bench, the only one.")
    [(pk, *_, state, token)] = told(facts.comments_written, "Written for the bench")
    assert (pk, state, address_proof(token).comment) == (written.pk, written.state, written)
