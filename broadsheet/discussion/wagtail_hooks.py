"""What the readers' column adds to /cms/: its terms, and that an article with comments is not deleted."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.discussion.models import Comment, Terms


class AddOnlyPolicy(ModelPermissionPolicy):
    """Whoever has the right may add and read; nobody, whatever the rights, may change or delete."""

    def user_has_permission(self, user: AbstractBaseUser | AnonymousUser, action: str) -> bool:
        """Whether this person may do that."""
        return action not in {"change", "delete"} and bool(super().user_has_permission(user, action))


class TermsViewSet(SnippetViewSet):
    """Versions of the terms: added and read, never altered."""

    model = Terms
    icon = "doc-full"
    menu_label = "Comment terms"
    list_display = ("version", "published_at")
    inspect_view_enabled = True
    copy_view_enabled = True


register_permission_policy(Terms, AddOnlyPolicy(Terms))
register_snippet(TermsViewSet)


@hooks.register("before_delete_page")
def keep_articles_with_comments(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuses to delete what readers have answered: their words would go without a decision."""
    return _refused(request, [page])


@hooks.register("before_bulk_action")
def keep_them_in_bulk_too(
    request: HttpRequest, action_type: str, objects: Iterable[object], action: object
) -> HttpResponse | None:
    """Refuses the same for many pages at once."""
    pages = [one for one in objects if isinstance(one, Page)]
    return _refused(request, pages) if action_type == "delete" and pages else None


def _refused(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    beneath = reduce(or_, (Q(article__path__startswith=page.path) for page in pages))
    count = Comment.objects.filter(beneath).count()
    if not count:
        return None
    titles = ", ".join(f"“{page.title}”" for page in pages[:3])
    messages.error(
        request,
        f"{titles}: has comments by readers ({count}), which would go with it. Unpublish it instead of deleting it.",
    )
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)
