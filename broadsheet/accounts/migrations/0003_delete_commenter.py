"""Forget the commenters here: the app `commenters` has their table, and comments point to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_commenters_move"), ("discussion", "0004_commenters_and_emails")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Commenter")]),
        migrations.AlterField(
            "user", "email", models.EmailField(max_length=254, unique=True, verbose_name="email address")
        ),
    ]
