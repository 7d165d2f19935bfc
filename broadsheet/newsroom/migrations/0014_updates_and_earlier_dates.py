"""Articles keep the time of their last update apart from that of small changes, and take a date before publication."""

from datetime import timedelta
from typing import Any

from django.db import migrations, models

UPDATED_AFTER = timedelta(minutes=1)


def keep_updates(apps: Any, _: Any) -> None:
    """Take each later publication for an update, as pages have shown it until now."""
    article, page = apps.get_model("newsroom", "ArticlePage"), apps.get_model("wagtailcore", "Page")
    last = page.objects.filter(pk=models.OuterRef("pk")).values("last_published_at")
    published = article.objects.filter(address__isnull=False, published_at__isnull=False)
    published.annotate(last=models.Subquery(last)).filter(
        last__gt=models.F("published_at") + UPDATED_AFTER
    ).update(updated_at=models.Subquery(last))


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0013_preview_links_and_feeds")]
    operations = [
        migrations.AddField(
            "articlepage",
            "is_update",
            models.BooleanField(
                default=False,
                help_text="Readers and feeds are told of an update. A new correction always counts as one.",
                verbose_name="kind of change",
            ),
        ),
        migrations.AddField("articlepage", "updated_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField(
            "articlepage",
            "published_at",
            models.DateTimeField(
                blank=True,
                help_text="Only for an article that appeared earlier elsewhere, such as in print: its address, its "
                "place in the archive and the lists follow this date. Leave empty for the time at which you publish.",
                null=True,
                verbose_name="publication date",
            ),
        ),
        migrations.AlterField(
            "author",
            "slug",
            models.SlugField(
                blank=True,
                help_text="The last part of the address of the author’s page: /authors/<slug>/. Leave empty to have it "
                "made from the name.",
                max_length=120,
                unique=True,
                verbose_name="slug",
            ),
        ),
        migrations.AlterField(
            "bylineentry",
            "author",
            models.ForeignKey(
                help_text="Somebody who is not in the list yet can be added there by name.",
                on_delete=models.deletion.PROTECT,
                related_name="byline_entries",
                to="newsroom.author",
                verbose_name="author",
            ),
        ),
        migrations.RunPython(keep_updates, migrations.RunPython.noop),
    ]
