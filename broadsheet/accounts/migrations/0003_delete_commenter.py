"""Forget the commenters here: the app `commenters` has their table, and comments point to it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_commenters_move"), ("discussion", "0004_commenters_and_emails")]
    operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Commenter")])]
