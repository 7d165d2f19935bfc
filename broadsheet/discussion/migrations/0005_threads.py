"""Give each article a thread, to which its comments belong; the comment that begins a branch is called its root."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

from broadsheet.core.companion import CompanionRow


def copy_roots(apps: Any, schema_editor: Any) -> None:
    """Copy the comment that begins the branch into its new field."""
    apps.get_model("discussion.Comment").objects.update(root=F("thread"))
    check_constraints_now(schema_editor)


def copy_roots_back(apps: Any, schema_editor: Any) -> None:
    """Copy the comment that begins the branch into its old field."""
    apps.get_model("discussion.Comment").objects.update(thread=F("root"))
    check_constraints_now(schema_editor)


def file_comments(apps: Any, schema_editor: Any) -> None:
    """Move each comment from its article to the thread of that."""
    threads = apps.get_model("discussion.Thread").objects.filter(article=OuterRef("article"))
    apps.get_model("discussion.Comment").objects.update(thread=Subquery(threads.values("pk")[:1]))
    check_constraints_now(schema_editor)


def unfile_comments(apps: Any, schema_editor: Any) -> None:
    """Move each comment back to its article."""
    threads = apps.get_model("discussion.Thread").objects.filter(pk=OuterRef("thread"))
    apps.get_model("discussion.Comment").objects.update(article=Subquery(threads.values("article")[:1]))
    check_constraints_now(schema_editor)


def check_constraints_now(schema_editor: Any) -> None:
    """PostgreSQL alters no table while changes of its rows are still to be checked."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("discussion", "0004_commenters_and_emails"), ("newsroom", "0008_article_language")]
    operations = [
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page_url", models.URLField(blank=True, max_length=1000, null=True, verbose_name="address of the page")),
                ("page_title", models.CharField(blank=True, db_default="", max_length=255, verbose_name="title of the page")),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="opens")),
                ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="closes")),
                (
                    "article",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="thread",
                        to="newsroom.articlepage",
                        verbose_name="article",
                    ),
                ),
                (
                    "page_section",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="newsroom.sectionpage",
                        verbose_name="section",
                    ),
                ),
                (
                    "own_terms",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="discussion.terms",
                        verbose_name="terms",
                    ),
                ),
            ],
            options={
                "verbose_name": "thread",
                "verbose_name_plural": "threads",
                "constraints": [
                    models.UniqueConstraint(fields=("page_url",), name="thread_page_url"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("article__isnull", False), ("page_title", ""), ("page_url__isnull", True)),
                            models.Q(
                                ("article__isnull", True),
                                ("page_url__isnull", False),
                                models.Q(("page_title", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="thread_of_an_article_or_a_page",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens_at__isnull", True),
                            ("closes_at__isnull", True),
                            ("opens_at__lt", models.F("closes_at")),
                            _connector="OR",
                        ),
                        name="thread_closes_after_it_opens",
                    ),
                ],
            },
        ),
        CompanionRow("discussion_thread", column="article_id", table="newsroom_articlepage", key="page_ptr_id"),
        # Not renamed: PostgreSQL would keep the name of its index, which the new field of the old name needs.
        migrations.AddField(
            "comment",
            "root",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="discussion.comment"
            ),
        ),
        migrations.RunPython(copy_roots, copy_roots_back),
        migrations.RemoveField("comment", "thread"),
        migrations.AddField(
            "comment",
            "thread",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="discussion.thread",
            ),
        ),
        migrations.AlterField(
            "comment",
            "article",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="newsroom.articlepage"
            ),
        ),
        migrations.RunPython(file_comments, unfile_comments),
        migrations.RemoveIndex("comment", "comment_of_article"),
        migrations.RemoveField("comment", "article"),
        migrations.AlterField(
            "comment",
            "thread",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="discussion.thread"
            ),
        ),
        migrations.AddIndex("comment", models.Index(fields=["thread", "state"], name="comment_of_thread")),
    ]
