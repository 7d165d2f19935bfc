"""Lists have one order: what is equal by the rest of an ordering is told apart by something unique."""

import pytest
from django.apps import apps
from django.db.models import Model

from broadsheet.newsroom.models import Author
from tests.factories import newsroom

OWN = [model for model in apps.get_models() if model.__module__.startswith("broadsheet.") and model._meta.ordering]


def is_unique(model: type[Model], field: str) -> bool:
    """Whether no two rows have the same value."""
    return field == "pk" or bool(getattr(model._meta.get_field(field), "unique", False))


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label)
def test_every_ordering_ends_with_something_unique(model: type[Model]) -> None:
    *_, last = model._meta.ordering or [""]
    assert is_unique(model, str(last).lstrip("-"))


@pytest.mark.django_db
def test_authors_of_one_name_are_in_the_order_in_which_they_came() -> None:
    made = [newsroom.author("Ida Lund", slug=slug) for slug in ("ida", "ida-2", "ida-3")]
    assert list(Author.objects.all()) == made
    assert list(Author.objects.reverse()) == made[::-1]
