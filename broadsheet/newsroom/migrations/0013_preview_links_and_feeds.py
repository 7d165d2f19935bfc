"""Preview links, and the paper's logo and its choice of what feeds contain."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import broadsheet.core.primary_keys


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0012_name_of_the_review"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="paper",
            name="logo",
            field=models.ForeignKey(
                blank=True,
                help_text="For search engines, which show it beside the paper’s articles: at least 112 pixels wide and high, and clear on white. Without one, they get the first letter of the name.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="newsroom.photo",
                verbose_name="logo",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="full_text_in_feeds",
            field=models.BooleanField(
                default=False,
                help_text="Feeds have the whole text of each article. Otherwise they have the deck and the photograph.",
                verbose_name="full text in feeds",
            ),
        ),
        migrations.CreateModel(
            name="PreviewLink",
            fields=[
                ("id", models.BigAutoField(default=broadsheet.core.primary_keys.draw_number, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preview_links",
                        to="newsroom.articlepage",
                        verbose_name="article",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "preview link",
                "verbose_name_plural": "preview links",
                "ordering": ["ends_at", "pk"],
            },
        ),
    ]
