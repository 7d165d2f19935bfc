"""The guarantees of the database after all migrations: SQLite loses a trigger together with its table."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from pytest_django import Settings

from broadsheet.command.checks.paper import triggers as check_triggers
from broadsheet.command.checks.result import Level
from broadsheet.core.triggers import declared_triggers, missing_triggers, set_missing_triggers
from broadsheet.discussion.models import Thread
from broadsheet.newsroom.models.visibility import TRIGGERS
from tests.factories import newsroom

REVIEW = ("review", "0004_previous_states")
BEFORE_REVIEW = ("review", "0003_append_only")
# A table that a later migration alters: of triggers' own and of another app, and one that a trigger elsewhere names.
ALTERED = {
    "articles": ("newsroom", "articlepage", "kicker", "models.CharField(max_length=61, blank=True)"),
    "threads": ("discussion", "thread", "page_title", "models.CharField(max_length=254, blank=True, db_default='')"),
    "decisions": ("review", "decision", "law", "models.CharField(max_length=201, blank=True)"),
    "pages": ("wagtailcore", "page", "seo_title", "models.CharField(max_length=254, blank=True)"),
}
LATER = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("{app}", "{last}")]
    operations = [{operation}]
"""
FAILING = "migrations.RunSQL('no SQL', migrations.RunSQL.noop)"
Later = Callable[[str, str], str]


@pytest.fixture
def later(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Later]:
    """Return a function that adds a migration to an app, and returns the name of the one before it."""
    monkeypatch.syspath_prepend(tmp_path)

    def add(app: str, operation: str) -> str:
        loader = MigrationLoader(connection)
        [(_, last)] = loader.graph.leaf_nodes(app)
        own = sys.modules[str(loader.migrations_module(app)[0])]
        package = tmp_path / f"later_{app}"
        package.mkdir()
        (package / "__init__.py").write_text(f"__path__ += {list(own.__path__)}\n")
        (package / "9999_later.py").write_text(LATER.format(app=app, last=last, operation=operation))
        settings.MIGRATION_MODULES = {app: package.name}
        return str(last)

    yield add
    for name in [name for name in sys.modules if name.startswith("later_")]:
        del sys.modules[name]


@contextmanager
def without(name: str) -> Iterator[None]:
    """Take a trigger out, and set it again."""
    with connection.cursor() as cursor:
        cursor.execute(declared_triggers()[name].drop(connection.vendor))
    yield
    set_missing_triggers()


@pytest.mark.django_db
def test_every_trigger_that_a_migration_declares_is_set() -> None:
    own = {trigger.name for trigger in TRIGGERS}
    final = {"sqlite": "no_delete", "postgresql": "final"}[connection.vendor]
    others = {f"review_decision_{final}", f"discussion_terms_{final}", "discussion_thread_of_newsroom_articlepage"}
    assert own | others <= set(declared_triggers())
    assert missing_triggers() == set()


@pytest.mark.parametrize("table", ALTERED)
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_trigger_is_missing_after_a_later_migration_that_alters_a_table(table: str, later: Later) -> None:
    app, model, name, field = ALTERED[table]
    last = later(app, f"migrations.AlterField('{model}', '{name}', {field})")
    try:
        call_command("migrate", verbosity=0)
        assert missing_triggers() == set()
    finally:
        call_command("migrate", app, last, verbosity=0)
    assert missing_triggers() == set()
    assert Thread.objects.filter(article=newsroom.article()).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_trigger_is_missing_after_a_migration_that_fails(later: Later) -> None:
    later("newsroom", FAILING)
    with pytest.raises(DatabaseError):
        call_command("migrate", verbosity=0)
    assert missing_triggers() == set()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_articles_that_a_migration_inserts_get_their_threads(later: Later) -> None:
    with without("discussion_thread_of_newsroom_articlepage"):
        article = newsroom.article()
        assert not Thread.objects.filter(article=article).exists()
    assert Thread.objects.filter(article=article).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_decisions_stay_append_only_when_review_states_are_migrated_backwards_and_forwards() -> None:
    MigrationExecutor(connection).migrate([BEFORE_REVIEW])
    try:
        missing_before = missing_triggers()
    finally:
        MigrationExecutor(connection).migrate([REVIEW])
    assert not [name for name in missing_before | missing_triggers() if name.startswith("review_decision")]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_triggers_of_visibility_are_no_longer_declared_before_their_migration_and_are_set_after_it() -> None:
    call_command("migrate", "newsroom", "0008", verbosity=0)
    try:
        assert not {trigger.name for trigger in TRIGGERS} & set(declared_triggers())
    finally:
        call_command("migrate", verbosity=0)
    assert missing_triggers() == set()


@pytest.mark.django_db
def test_the_doctor_names_triggers_that_are_missing_or_of_another_version() -> None:
    assert check_triggers().level == Level.OK
    with without("article_public_page"):
        result = check_triggers()
    assert (result.level, "article_public_page" in result.message) == (Level.FAIL, True)
    trigger = declared_triggers()["purge_left_tag"]
    other = type(trigger)(trigger.name, trigger.table, trigger.event, trigger.statement)
    with connection.cursor() as cursor:
        for statement in other.create(connection.vendor):
            cursor.execute(statement)
    assert missing_triggers() == {"purge_left_tag"}
    set_missing_triggers()
    assert missing_triggers() == set()
