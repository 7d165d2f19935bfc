"""Primary keys reserved in advance belong to no other row."""

import pytest

from broadsheet.core.primary_keys import reserve_ids
from broadsheet.discussion.models import Comment, Revision
from broadsheet.mail.models import Email
from tests.factories import discussion

pytestmark = pytest.mark.django_db


def test_a_reserved_primary_key_is_never_given_to_another_row() -> None:
    """Also beside rows that get theirs from the database."""
    comment = discussion.submitted(text="The first.")
    numbers = []
    for _ in range(3):
        [number, revision] = reserve_ids(Comment, Revision)
        Revision(pk=revision, comment=comment, number=revision, name="Ida", text="Again.").save(force_insert=True)
        numbers += [
            revision,
            Revision.objects.create(comment=comment, number=revision + 1000, name="Ida", text="X.").pk,
        ]
        assert number > comment.pk
    assert len({*numbers, comment.latest_id}) == 7


def test_the_first_primary_key_of_a_table_can_be_reserved() -> None:
    [number] = reserve_ids(Email)
    Email(pk=number, purpose="outcome").save(force_insert=True)
    assert Email.objects.get().pk == number
    assert Email.objects.create(purpose="outcome").pk != number
