"""Puts an empty front page where Wagtail has put its welcome page."""

from typing import Any

from django.db import migrations


def put_front_page(apps: Any, schema_editor: Any) -> None:
    """Replaces the welcome page by the paper's front page and makes it the root of the only site."""
    page, site = apps.get_model("wagtailcore.Page"), apps.get_model("wagtailcore.Site")
    front = apps.get_model("newsroom.FrontPage")
    page.objects.filter(slug="home", depth=2).delete()
    site.objects.all().delete()
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(app_label="newsroom", model="frontpage")
    locale = apps.get_model("wagtailcore.Locale").objects.first()
    home = front.objects.create(
        title="Front page", draft_title="Front page", slug="home", content_type=kind, path="00010001", depth=2, numchild=0,
        url_path="/home/", locale=locale, live=True,
    )
    page.objects.filter(path="0001").update(numchild=1)
    site.objects.create(hostname="localhost", port=80, root_page=home, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0001_initial"), ("wagtailcore", "0098_apitoken"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(put_front_page, migrations.RunPython.noop)]
