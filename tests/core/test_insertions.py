"""SQL that is written once stores what Django would, under numbers that nobody else gets."""

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
    found, expected = values(stored), values(saved)
    for moment in ("created_at", "next_attempt_at"):
        assert abs(found.pop(moment) - now) < timedelta(minutes=1) > abs(expected.pop(moment) - now)  # type: ignore[operator]
    assert found == expected
    stored.subject = "Changed"
    stored.save()
    assert Email.objects.count() == 2


def test_what_is_sealed_is_sealed() -> None:
    stored = Insertion(Email).store(email())
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient, text FROM mail_email WHERE id = %s", [stored.pk])
        sealed = " ".join(cursor.fetchone())
    assert "post.example" not in sealed
    assert "said" not in sealed
    assert Email.objects.get(pk=stored.pk).recipient == "ida@post.example"


def test_the_sql_is_written_once_for_rows_with_a_number_and_once_for_those_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = []
    write = SQLInsertCompiler.as_sql

    def count(compiler: Any) -> Any:
        written.append(compiler)
        return write(compiler)

    monkeypatch.setattr(SQLInsertCompiler, "as_sql", count)
    insertion = Insertion(Email)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            insertion.store(email())
    assert (len(written), len(asked)) == (1, 3)
    for _ in range(3):
        row = email()
        [row.pk] = reserve_ids(Email)
        insertion.store(row)
    assert (len(written), Email.objects.count()) == (2, 6)


def test_what_is_there_once_keeps_its_number_and_its_row() -> None:
    first = Commenter.objects.get_or_create_for("ida@post.example")
    Commenter.objects.filter(pk=first.pk).update(standing="approved")
    again = Commenter.objects.get_or_create_for("IDA@post.example")
    assert again.pk == first.pk
    assert Commenter.objects.get().standing == "approved"
    found = Commenter.objects.with_address("ida@post.example")
    assert found is not None
    assert (found.pk, found.standing, found._state.adding) == (first.pk, "approved", False)
    assert Commenter.objects.with_address("nobody's digest") is None


def test_what_must_be_unique_is_refused_twice() -> None:
    insertion = Insertion(Commenter)
    insertion.store(Commenter(digest="a"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insertion.store(Commenter(digest="a"))


def test_a_number_is_drawn_for_one_row_only() -> None:
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


def test_the_first_number_of_a_table_is_drawn_too() -> None:
    [number] = reserve_ids(Email)
    row = email()
    row.pk = number
    assert Insertion(Email).store(row).pk == number
    assert Email.objects.create(purpose="outcome").pk != number
