"""Makes the groups Reviewer and Chief reviewer."""

from typing import Any

from django.db import migrations

RIGHTS = {"Reviewer": ["decide"], "Chief reviewer": ["decide", "reverse"]}
NAMES = {"decide": "Can decide on comments", "reverse": "Can reverse decisions on comments"}


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Gives each group its rights at the desk."""
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(app_label="review", model="decision")
    for name, codenames in RIGHTS.items():
        role, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
        for codename in codenames:
            right, _ = apps.get_model("auth.Permission").objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": NAMES[codename]}
            )
            role.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
