"""The review by editors has a name that fits Wagtail's sentences, such as "Submit to the editors"."""

from typing import Any

from django.db import migrations

FORMER, NAME = "An editor reads it", "the editors"


def rename(apps: Any, _: Any) -> None:
    for model in ("Task", "Workflow"):
        apps.get_model("wagtailcore", model).objects.filter(name=FORMER).update(name=NAME)


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0011_orderings_without_ties")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
