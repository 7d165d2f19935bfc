"""Take over the table of commenters from the app `accounts`, which has renamed it."""

from typing import Any

from django.db import migrations, models


def rename_content_type(apps: Any, schema_editor: Any) -> None:
    """Keep the content type of a paper that already had commenters."""
    content_types = apps.get_model("contenttypes.ContentType").objects
    if not content_types.filter(app_label="commenters", model="commenter").exists():
        content_types.filter(app_label="accounts", model="commenter").update(app_label="commenters")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("accounts", "0002_commenters_move"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Commenter",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                        (
                            "standing",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("approved", "Approved"),
                                    ("watched", "Watched"),
                                    ("suspended", "Suspended"),
                                    ("banned", "Banned"),
                                ],
                                default="new",
                                max_length=12,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={"verbose_name": "commenter", "verbose_name_plural": "commenters"},
                )
            ]
        ),
        migrations.RunPython(rename_content_type, migrations.RunPython.noop),
    ]
