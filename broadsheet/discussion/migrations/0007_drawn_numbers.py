"""Draw the numbers of new comments, and know a commenter only from the proof of the address on.

Comments keep the numbers they have, so that their permalinks stay.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import broadsheet.core.primary_keys


def forget_unproven(apps: Any, schema_editor: Any) -> None:
    """Forget the digests of addresses that nobody has confirmed, and the fingerprints that are no longer compared."""
    comments = apps.get_model("discussion.Comment").objects
    comments.filter(verified_at=None).update(commenter=None)
    comments.exclude(state="unverified").update(fingerprint=None)
    apps.get_model("commenters.Commenter").objects.filter(comments=None, standing="new").delete()
    if schema_editor.connection.vendor == "postgresql":  # it alters no table while rows are still to be checked
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("commenters", "0001_initial"), ("discussion", "0006_review_states")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "comment",
                    "id",
                    models.BigAutoField(
                        default=broadsheet.core.primary_keys.draw_number, primary_key=True, serialize=False
                    ),
                )
            ]
        ),
        migrations.RemoveField("comment", "code_digest"),
        migrations.AddField("comment", "emails_sent", models.PositiveSmallIntegerField(default=1, editable=False)),
        migrations.AlterField(
            "comment",
            "commenter",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="commenters.commenter",
            ),
        ),
        migrations.RunPython(forget_unproven, migrations.RunPython.noop),
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=models.Q(("verified_at__isnull", True), ("commenter__isnull", False), _connector="OR"),
                name="comment_has_a_commenter_once_verified",
            ),
        ),
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=models.Q(("fingerprint__isnull", True), ("state", "unverified"), _connector="OR"),
                name="comment_repetition_until_verified",
            ),
        ),
    ]
