"""Compiled queries return the rows that an ordinary query would."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.core.questions import Question
from broadsheet.newsroom.models import ArticlePage
from tests.factories.newsroom import article, section

pytestmark = pytest.mark.django_db


def test_each_parameter_gets_its_own_rows_with_djangos_values() -> None:
    question = Question(lambda section_id: _in_section(section_id).values_list("title", "published_at"))
    for name, size in (("Harbour", 3), ("Council", 2)):
        page = section(name)
        for number in range(size):
            article(page, title=f"{name} {number}")
        expected = list(_in_section(page.pk).values_list("title", "published_at"))
        assert question.rows(page.pk, most=9) == expected
        assert question.rows(page.pk, most=1, after=1) == expected[1:2]
        assert question.count(page.pk) == size
    assert question.count(0) == 0


def test_the_query_is_compiled_once() -> None:
    compiled = []

    def build(section_id: int) -> Any:
        compiled.append(section_id)
        return _in_section(section_id).values_list("pk")

    question = Question(build)
    with CaptureQueriesContext(connection) as queries:
        for number in range(3):
            question.rows(number, most=1)
    assert (len(compiled), len(queries)) == (1, 3)


def test_a_query_without_its_parameter_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not contain its parameter"):
        Question(lambda _: ArticlePage.objects.values_list("pk")).rows(1, most=1)


def _in_section(section_id: int) -> Any:
    return ArticlePage.objects.filter(section_id=section_id).order_by("title")
