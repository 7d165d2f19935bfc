"""PostgreSQL: keeps the words of every entry of the search index, cut at each sign, as SQLite cuts them.

PostgreSQL's own reading keeps together what looks like a version, a host, a path or a number with its sign. So every
ASCII sign is taken for a space before the text is read; the others divide words there by themselves. The words stand
in a column that the database fills from Wagtail's two columns of plain text. An index on the expression alone would
not do: the planner would rather cut every text anew at each question.
"""

from typing import Any

from django.db import migrations

SIGNS = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""
TABLE = "wagtailsearch_indexentry"
READ = f"to_tsvector('simple'::regconfig, translate(said, $signs${SIGNS}$signs$, repeat(' ', {len(SIGNS)})))"
BOTH = "setweight(broadsheet_cut(title_text), 'A') || setweight(broadsheet_cut(body_text), 'D')"
FORWARDS = [
    f"CREATE FUNCTION broadsheet_cut(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT {READ} $$",
    f"ALTER TABLE {TABLE} ADD COLUMN broadsheet_words tsvector GENERATED ALWAYS AS ({BOTH}) STORED",
    f"CREATE INDEX broadsheet_words_of ON {TABLE} USING gin (broadsheet_words)",
]
BACKWARDS = [f"ALTER TABLE {TABLE} DROP COLUMN broadsheet_words", "DROP FUNCTION broadsheet_cut(text)"]


def forwards(apps: Any, schema_editor: Any) -> None:
    """Teaches PostgreSQL to cut a text into words, and has it keep those of every entry."""
    run(schema_editor, FORWARDS)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Takes words and knowledge away."""
    run(schema_editor, BACKWARDS)


def run(schema_editor: Any, statements: list[str]) -> None:
    """Runs the statements on PostgreSQL; SQLite cuts at every sign by itself."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0003_roles"), ("wagtailsearch", "0010_add_text_fields")]
    operations = [migrations.RunPython(forwards, backwards)]
