"""Let a section be deleted with its articles.

And declare the triggers of models/visibility.py: `migrate` sets them when it ends.
"""

import django.db.models.deletion
from django.db import migrations, models

from broadsheet.core.triggers import DeclareTriggers
from broadsheet.newsroom.models.visibility import ALL_ARTICLES, TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0008_article_language"), ("pagecache", "0003_hard_and_soft_purges")]
    operations = [
        migrations.AlterField(
            "articlepage",
            "section",
            models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="articles",
                to="newsroom.sectionpage",
            ),
        ),
        DeclareTriggers(lambda _: TRIGGERS, then=[ALL_ARTICLES]),
    ]
