"""Compiled inserts store the values that Django would, under primary keys that no other row gets."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.sql.compiler import SQLInsertCompiler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from broadsheet.commenters.models import Commenter
from broadsheet.core.insertions import Insertion, reserve_ids
from broadsheet.discussion.models import Comment, Revision
from broadsheet.mail.models import Email
from tests.factories import discussion

pytestmark = pytest.mark.django_db


def email() -> Email:
    return Email(purpose="outcome", recipient="ida@post.example", subject="Über das Meer", text='"It is" said; 100 %')


def values(row: Email) -> dict[str, object]:
    return {name: value for name, value in Email.objects.values().get(pk=row.pk).items() if name != "id"}


def test_a_row_is_stored_as_django_stores_it() -> None:
    now = timezone.now()
    stored, saved = Insertion(Email).store(email()), email()
    saved.save()
    assert stored.pk
    assert stored.pk != saved.pk
    assert not stored._state.adding
    actual, expected = values(stored), values(saved)
    for moment in ("created_at", "next_attempt_at"):
        assert abs(actual.pop(moment) - now) < timedelta(minutes=1) > abs(expected.pop(moment) - now)  # type: ignore[operator]
    assert actual == expected
    stored.subject = "Changed"
    stored.save()
    assert Email.objects.count() == 2


def test_encrypted_fields_are_stored_encrypted() -> None:
    stored = Insertion(Email).store(email())
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient, text FROM mail_email WHERE id = %s", [stored.pk])
        sealed = " ".join(cursor.fetchone())
    assert "post.example" not in sealed
    assert "said" not in sealed
    assert Email.objects.get(pk=stored.pk).recipient == "ida@post.example"


def test_the_insert_is_compiled_once_with_and_once_without_a_primary_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled = []
    compile_sql = SQLInsertCompiler.as_sql

    def count(compiler: Any) -> Any:
        compiled.append(compiler)
        return compile_sql(compiler)

    monkeypatch.setattr(SQLInsertCompiler, "as_sql", count)
    insertion = Insertion(Email)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            insertion.store(email())
    assert (len(compiled), len(queries)) == (1, 3)
    for _ in range(3):
        row = email()
        [row.pk] = reserve_ids(Email)
        insertion.store(row)
    assert (len(compiled), Email.objects.count()) == (2, 6)


def test_an_existing_row_keeps_its_primary_key_and_its_values() -> None:
    first = Commenter.objects.get_or_create_for("ida@post.example")
    Commenter.objects.filter(pk=first.pk).update(standing="approved")
    again = Commenter.objects.get_or_create_for("IDA@post.example")
    assert again.pk == first.pk
    assert Commenter.objects.get().standing == "approved"
    commenter = Commenter.objects.with_address("ida@post.example")
    assert commenter is not None
    assert (commenter.pk, commenter.standing, commenter._state.adding) == (first.pk, "approved", False)
    assert Commenter.objects.with_address("nobody's digest") is None


def test_a_duplicate_of_a_unique_value_is_refused() -> None:
    insertion = Insertion(Commenter)
    insertion.store(Commenter(digest="a"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insertion.store(Commenter(digest="a"))


def test_a_reserved_primary_key_is_never_given_to_another_row() -> None:
    """Also beside rows that get theirs from the database."""
    comment = discussion.submitted(text="The first.")
    numbers = []
    for _ in range(3):
        [number, revision] = reserve_ids(Comment, Revision)
        Insertion(Revision).store(Revision(pk=revision, comment=comment, number=revision, name="Ida", text="Again."))
        numbers += [
            revision,
            Revision.objects.create(comment=comment, number=revision + 1000, name="Ida", text="X.").pk,
        ]
        assert number > comment.pk
    assert len({*numbers, comment.latest_id}) == 7


def test_the_first_primary_key_of_a_table_can_be_reserved() -> None:
    [number] = reserve_ids(Email)
    row = email()
    row.pk = number
    assert Insertion(Email).store(row).pk == number
    assert Email.objects.create(purpose="outcome").pk != number
