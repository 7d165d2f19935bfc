"""Says of each article in its own table whether readers can see it, with indexes that have only those."""

from typing import Any

from django.db import migrations, models

PUBLIC = models.Q(is_public=True)
NEWEST = ["-published_at", "-page_ptr", "is_public"]  # the last for SQLite, which else looks it up in the table


def note_public(apps: Any, schema_editor: Any) -> None:
    """Notes what readers see now."""
    articles = apps.get_model("newsroom", "ArticlePage").objects
    articles.filter(live=True, published_at__isnull=False).update(is_public=True)


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0004_search_words")]
    operations = [
        migrations.RemoveIndex("articlepage", name="article_section_newest"),
        migrations.RemoveIndex("articlepage", name="article_newest"),
        migrations.AddField("articlepage", "is_public", models.BooleanField(default=False, editable=False)),
        migrations.AlterField("articlepage", "edition_date", models.DateField(editable=False, null=True)),
        migrations.AddIndex(
            "articlepage",
            models.Index(fields=["section", *NEWEST], condition=PUBLIC, name="article_section_newest"),
        ),
        migrations.AddIndex(
            "articlepage", models.Index(fields=NEWEST, condition=PUBLIC, name="article_newest")
        ),
        migrations.AddIndex(
            "articlepage", models.Index(fields=["edition_date", "is_public"], condition=PUBLIC, name="article_of_day")
        ),
        migrations.RunPython(note_public, migrations.RunPython.noop),
    ]
