"""Lets the database itself refuse to alter or delete a decision, whoever asks."""

from django.db import migrations

from broadsheet.core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("review", "0002_roles")]
    operations = [AppendOnly("review_decision", rows="decisions")]
