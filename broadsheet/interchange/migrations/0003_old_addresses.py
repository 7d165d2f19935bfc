"""Old addresses of terms, authors and files, and the pictures that an article still lacks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interchange", "0002_neutral_kinds")]

    operations = [
        migrations.AddField(
            model_name="counterpart",
            name="left_out",
            field=models.JSONField(
                help_text="The pictures that an article or page still lacks. Null: not known, or of another kind.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="OldAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scheme", models.CharField(help_text="The way in which the address names its content.", max_length=10)),
                ("key", models.CharField(help_text="A slug, an id, or a path, as the address has it.", max_length=255)),
                ("targets", models.JSONField(help_text="Kinds and keys of records in the import log, the best first.")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="old_addresses",
                        to="interchange.source",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "scheme", "key"), name="old_address_is_known_once")
                ],
            },
        ),
    ]
