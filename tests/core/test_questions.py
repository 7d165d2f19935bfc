"""SQL that is written once answers for each number what a query of its own would."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.core.questions import Question
from broadsheet.newsroom.models import ArticlePage
from tests.factories.newsroom import article, section

pytestmark = pytest.mark.django_db


def test_each_number_gets_its_own_rows_with_values_as_django_reads_them() -> None:
    question = Question(lambda number: _in_section(number).values_list("title", "published_at"))
    for name, size in (("Harbour", 3), ("Council", 2)):
        page = section(name)
        for number in range(size):
            article(page, title=f"{name} {number}")
        expected = list(_in_section(page.pk).values_list("title", "published_at"))
        assert question.rows(page.pk, most=9) == expected
        assert question.rows(page.pk, most=1, after=1) == expected[1:2]
        assert question.count(page.pk) == size
    assert question.count(0) == 0


def test_the_sql_is_written_once() -> None:
    written = []

    def ask(number: int) -> Any:
        written.append(number)
        return _in_section(number).values_list("pk")

    question = Question(ask)
    with CaptureQueriesContext(connection) as asked:
        for number in range(3):
            question.rows(number, most=1)
    assert (len(written), len(asked)) == (1, 3)


def test_a_question_that_says_nowhere_whom_it_is_about_is_none() -> None:
    with pytest.raises(ValueError, match="does not contain its parameter"):
        Question(lambda _: ArticlePage.objects.values_list("pk")).rows(1, most=1)


def _in_section(number: int) -> Any:
    return ArticlePage.objects.filter(section_id=number).order_by("title")
