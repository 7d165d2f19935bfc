"""Make the index of folded words for the readers' search, on both databases, and drop the former ones (ADR 23).

Every published article gets an entry without words. The schedule fills them, newest first, while the paper is served.
"""

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from broadsheet.core.triggers import DeclareTriggers, Trigger

TABLE, FTS, ARTICLES = "newsroom_searchentry", "newsroom_searchentry_fts", "newsroom_articlepage"
COLUMNS = ["headline", "deck", "text"]
SECONDS = {
    "sqlite": "CAST(strftime('%s', published_at) AS integer)",
    "postgresql": "floor(extract(epoch FROM published_at))::bigint",
}
INSERTIONS = {
    vendor: f"INSERT INTO {TABLE} (article_id, position, layout, headline, deck, text) "  # noqa: S608 - our own names
    f"SELECT page_ptr_id, ({seconds} << 24) + page_ptr_id % (1 << 24), 0, '', '', '' "
    f"FROM {ARTICLES} WHERE published_at IS NOT NULL"
    for vendor, seconds in SECONDS.items()
}
former_words = import_module("broadsheet.newsroom.migrations.0004_search_words")
former_bounds = import_module("broadsheet.newsroom.migrations.0006_search_bounds")
MAKE = {
    "sqlite": [
        f"CREATE VIRTUAL TABLE {FTS} USING fts5({', '.join(COLUMNS)}, content='{TABLE}', content_rowid='position', "
        "tokenize='ascii', detail='none', columnsize=0, prefix='1 2 3')"
    ],
    "postgresql": [
        f"ALTER TABLE {TABLE} ADD COLUMN words tsvector GENERATED ALWAYS AS "
        f"(array_to_tsvector(array_remove(string_to_array({' || '.join(COLUMNS)}, ' '), ''))) STORED",
        f"CREATE INDEX newsroom_searchentry_words ON {TABLE} USING gin (words) WITH (fastupdate = off)",
        # Uncompressed: a search reads the words of many articles at once.
        f"ALTER TABLE {TABLE} ALTER COLUMN text SET STORAGE EXTERNAL",
    ],
}
REMOVE = {"sqlite": [f"DROP TABLE {FTS}"], "postgresql": [f"ALTER TABLE {TABLE} DROP COLUMN words"]}


def _values(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in ["position", *COLUMNS])


_ADD = f"INSERT INTO {FTS}(rowid, {', '.join(COLUMNS)}) VALUES ({_values('NEW')})"  # noqa: S608 - our own names
_TAKE = f"INSERT INTO {FTS}({FTS}, rowid, {', '.join(COLUMNS)}) VALUES ('delete', {_values('OLD')})"  # noqa: S608
TRIGGERS = [
    Trigger("search_entry_added", TABLE, "INSERT", _ADD),
    Trigger("search_entry_changed", TABLE, "UPDATE", f"{_TAKE}; {_ADD}"),
    Trigger("search_entry_deleted", TABLE, "DELETE", _TAKE),
]


class DeclareIndexing(DeclareTriggers):
    """The triggers by which SQLite's full-text index follows the entries; they stay while tables are altered."""

    stays = True


def triggers(vendor: str) -> list[Trigger]:
    """Return the triggers of SQLite; PostgreSQL needs none."""
    return TRIGGERS if vendor == "sqlite" else []


def make(apps: Any, schema_editor: Any) -> None:
    """Make the index, and drop those of migrations 0004 and 0006."""
    run(schema_editor, MAKE)
    run(schema_editor, former_bounds.BACKWARDS)
    run(schema_editor, {"postgresql": former_words.BACKWARDS, "sqlite": []})


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the index, and make those of migrations 0004 and 0006 again."""
    run(schema_editor, {"postgresql": former_words.FORWARDS, "sqlite": []})
    run(schema_editor, former_bounds.FORWARDS)
    run(schema_editor, REMOVE)


def add_empty_entries(apps: Any, schema_editor: Any) -> None:
    """Give every published article an entry that is due to be written."""
    schema_editor.execute(INSERTIONS[schema_editor.connection.vendor], params=None)


def run(schema_editor: Any, statements: dict[str, list[str]]) -> None:
    """Run the statements of the database at hand."""
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0014_updates_and_earlier_dates")]
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="newsroom.articlepage",
                    ),
                ),
                (
                    "position",
                    models.BigIntegerField(unique=True),
                ),
                ("layout", models.SmallIntegerField(default=0)),
                ("headline", models.TextField(blank=True)),
                ("deck", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["layout", "position"], name="searchentry_outdated")],
            },
        ),
        migrations.RunPython(make, remove),
        DeclareIndexing(triggers),
        migrations.RunPython(add_empty_entries, migrations.RunPython.noop),
    ]
