"""Rename the outbox's letters to emails, with their rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]
    operations = [
        migrations.RemoveConstraint(model_name="letter", name="letter_forgets_its_recipient"),
        migrations.RenameModel("Letter", "Email"),
        migrations.AlterField(
            model_name="email",
            name="state",
            field=models.CharField(
                choices=[("queued", "Queued"), ("sent", "Sent"), ("failed", "Failed")], default="queued", max_length=8
            ),
        ),
        migrations.RenameIndex(model_name="email", new_name="email_due", old_name="letter_due"),
        migrations.AddConstraint(
            model_name="email",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "queued"),
                    models.Q(("recipient__isnull", True), ("subject__isnull", True), ("text__isnull", True)),
                    _connector="OR",
                ),
                name="email_forgets_its_recipient",
            ),
        ),
    ]
