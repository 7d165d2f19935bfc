"""Search folds words alike on both databases, orders and limits on request, and rebuilds its index by itself."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom.models import SearchEntry
from broadsheet.newsroom.models.search_entries import LAYOUT
from broadsheet.newsroom.search import entries, index
from broadsheet.newsroom.search.index import Scope, find
from broadsheet.newsroom.search.terms import terms_of
from tests.factories.newsroom import article, draft, section
from tests.newsroom.test_search import DAY, look_for, shown, titles

pytestmark = pytest.mark.django_db

ROUND_TRIPS = [
    "Café",
    "Zürich",
    "Straßenbahn",
    "Øresund",
    "ﬁshing",
    "soft\u00adhyphen",
    "Ｂｒｏａｄ",
    "O’Brien",
    "Đà Nẵng",
]
PLAIN = ["cafe", "Zurich", "Strassenbahn", "Oresund", "fishing", "softhyphen", "broad", "O'Brien", "da nang"]


@pytest.fixture
def harbour() -> Any:
    return section("Harbour")


def found(query: str, **options: Any) -> list[int]:
    return list(find(terms_of(query), Scope(), **options).keys)


@pytest.mark.parametrize("place", ["title", "deck", "body"])
def test_a_word_is_found_and_marked_however_it_is_spelled(place: str, harbour: Any, client: Client) -> None:
    for number, words in enumerate([*ROUND_TRIPS, *PLAIN]):
        article(harbour, DAY, **{"title": "Slow news", "slug": f"slow-{number}", place: f"The {words} closes"})
    for written, plain in zip(ROUND_TRIPS, PLAIN, strict=True):
        for query in (written, plain):
            assert len(found(query)) == 2, query
            page = shown(look_for(client, query))
            for result in page.select(".results > li"):
                marks = "".join(mark.text for mark in result.select("mark"))
                assert marks in {
                    written.split()[-1],
                    plain.split()[-1],
                    written.replace(" ", ""),
                    plain.replace(" ", ""),
                    "Brien",
                }


CHINESE_JAPANESE_KOREAN_THAI = {
    "台風で渡船が欠航した。港は静かだった。": ["台風", "渡船", "欠航", "港", "静か"],
    "市議会は新しい橋の建設を承認した。": ["市議会", "議会", "橋", "建設", "承認"],
    "市长昨天宣布新桥将在春天开放。": ["市长", "宣布", "新桥", "春天", "开放"],
    "渡轮因大雾停航，码头关闭。": ["渡轮", "大雾", "停航", "码头", "关闭"],
    "시장이 새로운 다리를 고등학교 앞에서 발표했다": ["시장", "다리", "학교", "발표", "고등"],
    "นายกเทศมนตรีเปิดสะพานใหม่เมื่อวาน": ["นายก", "เทศมนตรี", "สะพาน", "ใหม่", "เมื่อวาน"],
}


def test_words_inside_a_run_are_found_and_only_there(harbour: Any, client: Client) -> None:
    made = {
        text: article(harbour, DAY, title="Slow news", slug=f"slow-{number}", body=text).pk
        for number, text in enumerate(CHINESE_JAPANESE_KOREAN_THAI)
    }
    for text, queries in CHINESE_JAPANESE_KOREAN_THAI.items():
        for query in queries:
            right = [pk for other, pk in made.items() if query in other]
            assert sorted(found(query)) == right, (text, query)
    assert [mark.text for mark in shown(look_for(client, "渡船")).select(".results mark")] == ["渡船"]


def test_both_databases_rank_alike(harbour: Any) -> None:
    """The order is written down once, and holds for whichever database runs the test."""
    made = [
        article(harbour, DAY, title="Ferry stops", slug="a", body="Mud. " * 40),
        article(harbour, DAY, title="Mud", slug="b", deck="The ferry waits.", body="Mud. " * 40),
        article(harbour, DAY, title="Mud", slug="c", body="Ferry, ferry, ferry. " + "Mud. " * 30),
        article(harbour, DAY, title="Mud", slug="d", body="A ferry. " + "Mud. " * 30),
        article(harbour, DAY, title="Mud", slug="e", body="A ferryman. " + "Mud. " * 30),
        article(harbour, DAY, title="Mud", slug="f", body="A ferryman. " + "Mud. " * 900),
    ]
    assert found("ferry") == [page.pk for page in made]


def test_an_article_about_both_words_ranks_above_one_with_either_in_its_headline(harbour: Any) -> None:
    about = article(harbour, DAY.replace(year=2017), title="Harbour ferry stops", body="The harbour ferry stops.")
    for number in range(3):
        article(harbour, DAY, title=f"Harbour {number}", slug=f"h-{number}", body="Mud. " * 50 + "A ferry.")
    often = article(harbour, DAY.replace(year=2016), title="Mud", body="The harbour ferry is old. " * 10)
    assert found("harbour ferry")[0] == about.pk
    assert found('"harbour ferry"') == [about.pk, often.pk]


# Order, limits and sentences ------------------------------------------------------------------------------------------


def test_the_newest_come_first_on_request(harbour: Any, client: Client) -> None:
    article(harbour, DAY.replace(year=2018), title="Ferry, ferry", slug="b", body="Ferry.")
    article(harbour, DAY.replace(year=2019), title="Mud", slug="c", body="A ferry.")
    assert titles(look_for(client, "ferry")) == ["Ferry, ferry", "Mud"]
    page = look_for(client, "ferry", order="newest")
    assert titles(page) == ["Mud", "Ferry, ferry"]
    link = shown(look_for(client, "ferry")).select_one(".order a")
    assert link
    assert titles(client.get(str(link["href"]))) == ["Mud", "Ferry, ferry"]
    back = shown(page).select_one(".order a")
    assert back
    assert titles(client.get(str(back["href"]))) == ["Ferry, ferry", "Mud"]
    assert titles(look_for(client, "ferry", order="'--")) == ["Ferry, ferry", "Mud"]


def test_the_next_pages_keep_the_order(harbour: Any, client: Client) -> None:
    for number in range(21):
        article(harbour, DAY.replace(year=1990 + number), title="Ferry " * (number % 4 + 1), slug=f"f-{number}")
    page = shown(look_for(client, "ferry", order="newest"))
    step = page.select_one('.pages a[rel="next"]')
    assert step
    assert [result.article.published_at.year for result in client.get(str(step["href"])).context["results"]] == [1990]


def test_without_words_a_section_or_a_period_lists_its_articles_newest_first(harbour: Any, client: Client) -> None:
    article(harbour, DAY.replace(year=2018), title="Older")
    article(harbour, DAY, title="Newer")
    article(section("Town"), DAY, title="In town")
    draft(harbour, title="A draft")
    article(harbour, DAY, title="Taken down").unpublish()
    assert titles(look_for(client, "", section="harbour")) == ["Newer", "Older"]
    assert titles(look_for(client, "", until="2018-12-31")) == ["Older"]
    assert titles(look_for(client, "", section="harbour", since="2019-01-01")) == ["Newer"]
    assert not shown(look_for(client, "", section="harbour")).select("mark, .order")


@pytest.mark.parametrize("query", ["—", '""', "*", "?!", "🔥", "\u200b\u00ad"])
def test_signs_alone_are_refused_in_a_sentence(query: str, harbour: Any, client: Client) -> None:
    for limits in ({}, {"section": "harbour"}):
        answer = look_for(client, query, **limits)
        assert "Please enter a word or a number." in answer.content.decode()
        assert "results" not in answer.context


def test_words_beyond_the_twelfth_are_not_searched_for_and_the_page_says_so(harbour: Any, client: Client) -> None:
    words = [f"word{number:02}" for number in range(13)]
    article(harbour, DAY, body=" ".join(words[:12]))
    answer = look_for(client, " ".join(words))
    assert answer.context["total"] == 1
    assert "Only the first 12 words of your search were used." in answer.content.decode()
    assert "Only the first" not in look_for(client, " ".join(words[:12] * 2)).content.decode()


@pytest.mark.parametrize(
    "days", [("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01")]
)
def test_the_first_and_the_last_day_of_the_calendar_are_limits(
    days: tuple[str, str], harbour: Any, client: Client
) -> None:
    article(harbour, DAY, title="Tide")
    inside = days[0] < "2019" < days[1]
    for words in ("tide", ""):
        assert len(look_for(client, words, since=days[0], until=days[1]).context["results"]) == inside


def test_an_article_moved_to_another_section_is_found_there(harbour: Any, client: Client) -> None:
    town, moved = section("Town"), article(harbour, DAY, title="Tide")
    moved.move(town, pos="last-child")
    assert titles(look_for(client, "tide", section="town")) == ["Tide"]
    assert titles(look_for(client, "tide", section="harbour")) == []


def test_a_deleted_or_changed_article_leaves_no_words(harbour: Any) -> None:
    changed, deleted = article(harbour, DAY, title="Tide", slug="a"), article(harbour, DAY, title="Tide", slug="b")
    assert len(found("tide")) == 2
    deleted.delete()
    changed.title = "Mud"
    changed.save()
    assert found("tide") == []
    assert found("mud") == [changed.pk]


def test_the_cells_of_a_table_are_separate(harbour: Any, client: Client) -> None:
    table = {"data": [["Ship", "Knots"], ["Tern", "9"], ["North", "106"]], "first_row_is_table_header": True}
    article(harbour, DAY, title="Speeds", body=[("table", table), ("paragraph", "<p>Later.</p>")])
    excerpt = shown(look_for(client, "tern")).select_one(".excerpt")
    assert excerpt
    assert "Ship · Knots · Tern · 9 · North · 106" in excerpt.text


# Bounds ---------------------------------------------------------------------------------------------------------------


def test_a_phrase_of_frequent_words_is_looked_for_in_the_newest_articles_only(
    harbour: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_COMPARED", 3)
    monkeypatch.setattr(index, "CHUNK", 2)
    for year in range(2010, 2016):
        words = "low tide" if year in {2011, 2014} else "tide low"
        article(harbour, DAY.replace(year=year), title=f"{words} {year}", slug=f"y-{year}", body="Mud.")
    answer = look_for(client, '"low tide"')
    assert titles(answer) == ["low tide 2014"]
    assert not answer.context["is_complete"]
    assert titles(look_for(client, '"low tide"', until="2013-01-01")) == ["low tide 2011"]


def test_a_search_asks_the_database_a_constant_number_of_queries(harbour: Any, client: Client) -> None:
    counts = []
    for number in range(6):
        article(harbour, DAY, title="Tide", slug=f"tide-{number}")
        found("tide")
        if number in {1, 5}:
            with CaptureQueriesContext(connection) as asked:
                look_for(client, "tide")
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_very_long_article_is_indexed_up_to_a_bound(harbour: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_BYTES", 200)
    long = article(harbour, DAY, title="Tide", body="é" * 30 + " " + " ".join(f"word{n}" for n in range(400)))
    assert found("word3") == [long.pk]
    assert found("word399") == []
    assert len(SearchEntry.objects.get().text.encode()) <= 200


# Rebuilding -----------------------------------------------------------------------------------------------------------


def test_entries_of_a_former_layout_are_written_again_newest_first_and_the_page_says_so_meanwhile(
    harbour: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2017, 2019, 2018):
        article(harbour, DAY.replace(year=year), title=f"Tide {year}", slug=f"tide-{year}", body="Mud.")
    SearchEntry.objects.update(layout=LAYOUT - 1, headline="", deck="", text="")
    monkeypatch.setattr(entries, "BATCH_SIZE", 1)
    assert "is being rebuilt" in look_for(client, "tide").content.decode()
    assert entries.refresh(0) == 2
    assert titles(look_for(client, "tide")) == ["Tide 2019"]
    call_command("refresh_search")
    answer = look_for(client, "tide", order="newest")
    assert titles(answer) == ["Tide 2019", "Tide 2018", "Tide 2017"]
    assert "is being rebuilt" not in answer.content.decode()


def test_the_migration_gives_published_articles_the_positions_that_the_index_gives_them(harbour: Any) -> None:
    for moment in (DAY, datetime(1969, 7, 20, 20, 17, 40, 500, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)):
        article(harbour, moment, title="Tide", slug=f"tide-{moment.year}")
    draft(harbour)
    expected = dict(SearchEntry.objects.values_list("pk", "position"))
    assert len(expected) == 3
    SearchEntry.objects.all().delete()
    migration = import_module("broadsheet.newsroom.migrations.0015_search_entries")
    with connection.cursor() as cursor:
        cursor.execute(migration.INSERTIONS[connection.vendor])
    assert dict(SearchEntry.objects.values_list("pk", "position")) == expected
    assert SearchEntry.objects.outdated().count() == 3
