"""Point comments to the commenters of their new app, and call a letter an email."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("discussion", "0003_terms_stand"), ("commenters", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="comment",
                    name="commenter",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="commenters.commenter",
                    ),
                )
            ]
        ),
        migrations.RenameField("comment", old_name="wants_letter", new_name="wants_email"),
    ]
