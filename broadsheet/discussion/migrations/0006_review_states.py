"""Give each revision a review state of its own, and name the constraint that keeps a comment from being stored twice."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commenters', '0001_initial'),
        ('discussion', '0005_threads'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='comment',
            options={'verbose_name': 'comment', 'verbose_name_plural': 'comments'},
        ),
        migrations.AlterModelOptions(
            name='revision',
            options={'ordering': ['number'], 'verbose_name': 'revision', 'verbose_name_plural': 'revisions'},
        ),
        migrations.AlterModelOptions(
            name='terms',
            options={'get_latest_by': ['published_at', 'pk'], 'ordering': ['-published_at', '-pk'], 'verbose_name': 'comment terms', 'verbose_name_plural': 'comment terms'},
        ),
        migrations.AddField(
            model_name='revision',
            name='review',
            field=models.CharField(choices=[('unreviewed', 'Not reviewed'), ('approved', 'Approved'), ('declined', 'Declined'), ('held', 'Held for the legal desk'), ('removed', 'Removed')], default='unreviewed', max_length=12),
        ),
        migrations.AlterField(
            model_name='comment',
            name='fingerprint',
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.AlterField(
            model_name='comment',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='discussion.comment'),
        ),
        migrations.AlterField(
            model_name='comment',
            name='state',
            field=models.CharField(choices=[('unverified', 'Unverified'), ('expired', 'Expired'), ('pending', 'Awaiting review'), ('held', 'Held for the legal desk'), ('published', 'Published'), ('declined', 'Declined'), ('removed', 'Removed'), ('withdrawn', 'Withdrawn'), ('erased', 'Erased')], default='unverified', max_length=12),
        ),
        migrations.AlterField(
            model_name='terms',
            name='licence',
            field=models.TextField(help_text='What the paper may do with a comment, and how it names the author.', verbose_name='licence'),
        ),
        migrations.AlterField(
            model_name='terms',
            name='privacy',
            field=models.TextField(help_text='What happens to the email address.', verbose_name='privacy'),
        ),
        migrations.AlterField(
            model_name='terms',
            name='published_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='published'),
        ),
        migrations.AlterField(
            model_name='terms',
            name='rules',
            field=models.TextField(help_text='One rule per line. They appear above the form.', verbose_name='rules'),
        ),
        migrations.AlterField(
            model_name='terms',
            name='version',
            field=models.CharField(help_text='For example 2026-11. A published version cannot be changed.', max_length=40, unique=True, verbose_name='version'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(fields=('fingerprint',), name='comment_fingerprint'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('review__in', ['unreviewed', 'approved', 'declined', 'held', 'removed'])), name='revision_known_review_state'),
        ),
    ]
