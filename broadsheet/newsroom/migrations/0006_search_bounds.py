"""Keeps ready what a search would else work out for every article that has the words.

PostgreSQL keeps the words of each deck, cut and weighed. SQLite keeps of each word its first one, two, three and four letters
too: a question for what begins so would else put together, each time, the articles of all the words that do.
"""

from typing import Any

from django.db import migrations

ARTICLES, ENTRIES = "newsroom_articlepage", "wagtailsearch_indexentry"
WORDS = "setweight(broadsheet_cut(deck), 'B')"
COLUMNS = "title, body, autocomplete"
FORWARDS = {
    "postgresql": [f"ALTER TABLE {ARTICLES} ADD COLUMN broadsheet_deck tsvector GENERATED ALWAYS AS ({WORDS}) STORED"]
}
BACKWARDS = {"postgresql": [f"ALTER TABLE {ARTICLES} DROP COLUMN broadsheet_deck"]}


def anew(option: str) -> list[str]:
    """Makes SQLite's index another time as Wagtail made it, but with this option; Wagtail's triggers find it by name."""
    return [
        f"DROP TABLE {ENTRIES}_fts",
        f"CREATE VIRTUAL TABLE {ENTRIES}_fts USING fts5(autocomplete, body, title{option})",
        f"INSERT INTO {ENTRIES}_fts(rowid, {COLUMNS}) SELECT id, {COLUMNS} FROM {ENTRIES}",  # noqa: S608 - our own names
    ]


FORWARDS["sqlite"] = anew(", prefix='1 2 3 4'")
BACKWARDS["sqlite"] = anew("")


def forwards(apps: Any, schema_editor: Any) -> None:
    """Has the database keep it."""
    run(schema_editor, FORWARDS)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Takes it away."""
    run(schema_editor, BACKWARDS)


def run(schema_editor: Any, statements: dict[str, list[str]]) -> None:
    """Runs the statements of the database at hand."""
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0005_public_articles"), ("wagtailsearch", "0010_add_text_fields")]
    operations = [migrations.RunPython(forwards, backwards)]
