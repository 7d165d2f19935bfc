"""Name the effects of purges as caches do, hard and soft, and the columns of nodes after what they say of a node."""

from typing import Any

from django.db import migrations, models

EFFECTS = {"removed": "hard", "renewed": "soft"}


def rename_effects(apps: Any, schema_editor: Any) -> None:
    """Keep the effect of purges that a node of an older version has recorded."""
    purges = apps.get_model("pagecache.Purge").objects
    for old, new in EFFECTS.items():
        purges.filter(effect=old).update(effect=new)


def rename_effects_back(apps: Any, schema_editor: Any) -> None:
    """Give each purge the effect under its earlier name."""
    purges = apps.get_model("pagecache.Purge").objects
    for old, new in EFFECTS.items():
        purges.filter(effect=new).update(effect=old)


class Migration(migrations.Migration):
    dependencies = [("pagecache", "0002_effects_and_nodes")]
    operations = [
        migrations.AlterField(
            model_name="purge",
            name="effect",
            field=models.CharField(
                choices=[
                    ("hard", "removed at once"),
                    ("soft", "made stale: rendered anew, and the stale copy may be sent meanwhile"),
                ],
                default="hard",
                max_length=10,
            ),
        ),
        migrations.RunPython(rename_effects, rename_effects_back),
        migrations.RenameField("node", "seen", "acknowledged"),
        migrations.RenameField("node", "heard_at", "heartbeat_at"),
    ]
