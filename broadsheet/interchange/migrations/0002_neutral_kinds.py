"""Kinds and keys of the import log no longer use the terms of WordPress."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Value
from django.db.models.functions import Concat, Substr

KINDS = {"post": "article", "category": "section"}
OLD_PREFIX = "untold:"


def rename(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None) -> None:
    """Rename the kinds, and the prefixes of keys and addresses that the import made up."""
    counterparts = apps.get_model("interchange", "Counterpart").objects
    sources = apps.get_model("interchange", "Source").objects
    for old, new in KINDS.items():
        counterparts.filter(kind=old).update(kind=new)
    start = len(OLD_PREFIX) + 1
    counterparts.filter(key__startswith=OLD_PREFIX).update(key=Concat(Value("digest:"), Substr("key", start)))
    sources.filter(address__startswith=OLD_PREFIX).update(address=Concat(Value("title:"), Substr("address", start)))


class Migration(migrations.Migration):
    dependencies = [("interchange", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="counterpart",
            name="key",
            field=models.CharField(help_text="The identifier in the source: an id, a login, a slug or a path.", max_length=255),
        ),
        migrations.AlterField(
            model_name="counterpart",
            name="kind",
            field=models.CharField(
                choices=[
                    ("author", "Author"),
                    ("section", "Section"),
                    ("tag", "Tag"),
                    ("article", "Article"),
                    ("page", "Page"),
                    ("picture", "Picture"),
                    ("comment", "Comment"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="counterpart",
            name="target",
            field=models.BigIntegerField(help_text="The primary key of the object."),
        ),
        migrations.AlterField(
            model_name="source",
            name="address",
            field=models.CharField(help_text="Without scheme, www and final slash.", max_length=255, unique=True),
        ),
        migrations.AlterField(
            model_name="source",
            name="indexed_to",
            field=models.BigIntegerField(
                default=0, help_text="The last counterpart that the search and reference indexes include."
            ),
        ),
        migrations.RunPython(rename),
    ]
