"""Lets the database itself refuse to alter or delete terms that commenters may have agreed to."""

from django.db import migrations

from broadsheet.core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("discussion", "0002_initial")]
    operations = [AppendOnly("discussion_terms", rows="terms")]
