"""Authors are added where they are needed: in the chooser of the byline, by name alone."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import Author
from tests.factories.accounts import signed_in
from tests.factories.newsroom import author

pytestmark = pytest.mark.django_db
CREATE = "wagtailsnippetchoosers_newsroom_author:create"


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR])
@pytest.mark.parametrize(
    ("name", "slug"),
    [("Ida Holm", "ida-holm"), ("山田花子", "山田花子"), ("Zoë  Müller-Lüdenscheidt", "zoë-müller-lüdenscheidt")],
)
def test_an_author_is_added_in_the_chooser_of_the_byline(name: str, slug: str, role: Role) -> None:
    client = signed_in(role)
    assert "Add an author" in client.get(reverse("wagtailsnippetchoosers_newsroom_author:choose")).json()["html"]
    answer = json.loads(client.post(reverse(CREATE), {"name": name}).content)
    assert answer["step"] == "chosen"
    assert Author.objects.get(slug=slug).pk == int(answer["result"]["id"])


def test_the_name_of_an_author_in_the_list_is_refused() -> None:
    author("Ida Holm")
    answer = signed_in(Role.EDITOR).post(reverse(CREATE), {"name": "ida holm"})
    assert "There is an author of this name already." in answer.json()["htmlFragment"]
    assert Author.objects.count() == 1


def test_slugs_that_are_taken_get_a_number() -> None:
    author("Ida Holm")
    assert Author.objects.create(name="Ida! Holm").slug == "ida-holm-2"


def test_two_authors_of_one_name_from_an_import_can_be_edited() -> None:
    author("Ida Holm")
    second = author("Ida Holm", slug="ida")
    second.full_clean()
    with pytest.raises(ValidationError, match="of this name already"):
        Author(name="Ida Holm").full_clean()


def test_authors_are_in_the_menu() -> None:
    assert "/cms/snippets/newsroom/author/" in signed_in(Role.REPORTER).get("/cms/").content.decode()
