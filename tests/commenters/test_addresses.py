"""A commenter is found by the digest of an address, and created once for each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.commenters.models import Commenter

pytestmark = pytest.mark.django_db


def test_an_existing_commenter_is_kept_with_its_standing() -> None:
    first = Commenter.objects.get_or_create_for("ida@post.example")
    Commenter.objects.filter(pk=first.pk).update(standing="approved")
    again = Commenter.objects.get_or_create_for(" IDA@post.example")
    assert again.pk == first.pk
    assert Commenter.objects.get().standing == "approved"


def test_a_known_commenter_costs_as_much_as_a_new_one() -> None:
    statements = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            Commenter.objects.get_or_create_for("ida@post.example")
        statements.append([query["sql"].partition(" ")[0] for query in queries if "SAVEPOINT" not in query["sql"]])
    assert statements == [["INSERT", "SELECT"]] * 2
