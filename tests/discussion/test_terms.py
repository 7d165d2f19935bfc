"""Terms that somebody has agreed to stay what they were."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.discussion.models import Comment, Terms
from tests.factories import accounts, discussion, newsroom

pytestmark = pytest.mark.django_db

NEW = {"version": "2026-12", "rules": "Be brief.", "licence": "As before.", "privacy": "As before."}


def of_terms(view: str, *arguments: object) -> str:
    return reverse(f"wagtailsnippets_discussion_terms:{view}", args=arguments)


@pytest.mark.parametrize("statement", ["UPDATE discussion_terms SET rules = 'None.'", "DELETE FROM discussion_terms"])
def test_the_database_refuses_to_alter_a_version(statement: str) -> None:
    discussion.terms()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_editor_adds_a_version_and_the_form_shows_it() -> None:
    discussion.terms()
    editor = accounts.signed_in(Role.EDITOR)
    assert editor.post(of_terms("add"), NEW).status_code == 302
    article = newsroom.article()
    assert "Be brief." in Client().get(f"/{article.address}/").content.decode()


def test_nobody_alters_or_deletes_a_version_in_the_cms_not_even_a_superuser() -> None:
    terms = discussion.terms()
    User.objects.create_superuser("root@paper.example", "the tide is out today")
    somebody = Client()
    somebody.force_login(User.objects.get(email="root@paper.example"))
    before = (terms.rules, terms.digest)
    for view in ("edit", "delete"):
        assert somebody.post(of_terms(view, terms.pk), {**NEW, "version": terms.version}).status_code in {302, 403}
    terms.refresh_from_db()
    assert (terms.rules, terms.digest) == before


def test_each_comment_names_the_version_it_was_sent_under() -> None:
    comment = discussion.submitted()
    Terms.objects.create(**NEW)
    assert Comment.objects.get().terms == comment.terms == Terms.objects.get(version="2026-01")


def test_an_article_with_comments_is_not_deleted_one_by_one_or_in_bulk() -> None:
    page = newsroom.article()
    comment = discussion.pending(page)
    User.objects.create_superuser("root@paper.example", "the tide is out today")
    somebody = Client()
    somebody.force_login(User.objects.get(email="root@paper.example"))
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    for target in (page, page.get_parent()):
        one = somebody.post(reverse("wagtailadmin_pages:delete", args=[target.pk]), follow=True)
        assert "because readers have written" in one.content.decode()
    many = somebody.post(f"{bulk}?id={page.pk}", follow=True)
    assert "because readers have written" in many.content.decode()
    somebody.post(f"{bulk}?id={page.get_parent().pk}", follow=True)
    assert discussion.fresh(comment).article == page


def test_an_article_without_comments_can_be_deleted() -> None:
    page = newsroom.article()
    User.objects.create_superuser("root@paper.example", "the tide is out today")
    somebody = Client()
    somebody.force_login(User.objects.get(email="root@paper.example"))
    somebody.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert Client().get(f"/{page.address}/").status_code == 404
