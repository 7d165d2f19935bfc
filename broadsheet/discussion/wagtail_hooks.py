"""The comment terms in /cms/, and the protection of articles that have comments from deletion."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.discussion.models import Comment, Terms


class AddOnlyPolicy(ModelPermissionPolicy):
    """Allow those with the permission to add and read; allow no one to change or delete."""

    def user_has_permission(self, user: AbstractBaseUser | AnonymousUser, action: str) -> bool:
        """Return whether the user may perform the action."""
        return action not in {"change", "delete"} and bool(super().user_has_permission(user, action))


class TermsViewSet(SnippetViewSet):
    """Versions of the terms in /cms/: they are added and read, never altered."""

    model = Terms
    icon = "doc-full"
    menu_label = _("Comment terms")
    add_to_settings_menu = True
    list_display = ("version", "published_at")
    inspect_view_enabled = True
    copy_view_enabled = True


register_permission_policy(Terms, AddOnlyPolicy(Terms))
register_snippet(TermsViewSet)


@hooks.register("before_delete_page")
def keep_articles_with_comments(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to delete a page with comments: they would disappear without a decision."""
    return _refused(request, [page])


@hooks.register("before_bulk_action")
def keep_articles_with_comments_in_bulk(
    request: HttpRequest, action_type: str, objects: Iterable[object], action: object
) -> HttpResponse | None:
    """Refuse to delete pages with comments by a bulk action."""
    pages = [item for item in objects if isinstance(item, Page)]
    return _refused(request, pages) if action_type == "delete" and pages else None


def _refused(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    beneath = reduce(or_, (Q(thread__article__path__startswith=page.path) for page in pages))
    count = Comment.objects.filter(beneath).count()
    if not count:
        return None
    titles = ", ".join(f"“{page.title}”" for page in pages[:3])
    messages.error(
        request,
        ngettext(
            "%(titles)s can’t be deleted because readers have written %(count)d comment. Unpublish it instead.",
            "%(titles)s can’t be deleted because readers have written %(count)d comments. Unpublish it instead.",
            count,
        )
        % {"titles": titles, "count": count},
    )
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)
