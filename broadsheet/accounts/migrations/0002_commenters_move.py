"""Move the table of commenters to the app `commenters`, with its rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("discussion", "0003_terms_stand")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("Commenter", "commenters_commenter")],
            state_operations=[migrations.AlterModelTable("Commenter", "commenters_commenter")],
        )
    ]
