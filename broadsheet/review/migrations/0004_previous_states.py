"""Record the state before a decision, and set the review state of each revision by the latest decision about it."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

from broadsheet.core.append_only import StillAppendOnly

REVIEWS = {
    "approve": "approved",
    "reinstate": "approved",
    "decline": "declined",
    "hold": "held",
    "remove": "removed",
}


def set_reviews(apps: Any, schema_editor: Any) -> None:
    """A revision without a decision stays unreviewed."""
    latest = apps.get_model("review.Decision").objects.filter(revision=OuterRef("pk")).order_by("-made_at", "-pk")
    decided = apps.get_model("discussion.Revision").objects.annotate(outcome=Subquery(latest.values("outcome")[:1]))
    for outcome, review in REVIEWS.items():
        decided.filter(outcome=outcome).update(review=review)


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0006_review_states'),
        ('review', '0003_append_only'),
    ]

    operations = [
        # First, so that it runs last on the way back, after SQLite has dropped the triggers with the table (ADR 11).
        StillAppendOnly("review_decision", rows="decisions"),
        migrations.AlterModelOptions(
            name='decision',
            options={'permissions': [('decide', 'Can decide on comments'), ('reverse', 'Can reverse decisions on comments')], 'verbose_name': 'decision', 'verbose_name_plural': 'decisions'},
        ),
        migrations.AddField(
            model_name='decision',
            name='previous_review',
            field=models.CharField(blank=True, choices=[('unreviewed', 'Not reviewed'), ('approved', 'Approved'), ('declined', 'Declined'), ('held', 'Held for the legal desk'), ('removed', 'Removed')], max_length=12, null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='previous_shown',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='discussion.revision'),
        ),
        migrations.AddField(
            model_name='decision',
            name='previous_state',
            field=models.CharField(blank=True, choices=[('unverified', 'Unverified'), ('expired', 'Expired'), ('pending', 'Awaiting review'), ('held', 'Held for the legal desk'), ('published', 'Published'), ('declined', 'Declined'), ('removed', 'Removed'), ('withdrawn', 'Withdrawn'), ('erased', 'Erased')], max_length=12, null=True),
        ),
        migrations.AlterField(
            model_name='decision',
            name='explanation',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='decision',
            name='law',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='decision',
            name='private_note',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='decision',
            name='reason',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Offensive'), (2, 'Slander'), (3, 'Foul language'), (4, 'Irrelevant to the discussion'), (5, 'Advertising or spam'), (6, 'Someone’s private data'), (7, 'Repeated'), (8, 'Unreadable, or in a language we cannot review'), (9, 'Illegal')], null=True),
        ),
        migrations.RunPython(set_reviews, migrations.RunPython.noop),
    ]
