"""The menu, the additional addresses and the fields of times of /cms/."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField
from django.http import Http404, HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.compare import register_comparison_class
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import AdminDateTimeInput, Button
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.newsroom.forms import PaperTimeField
from broadsheet.newsroom.models import ArticlePage, Author, Paper
from broadsheet.newsroom.panels import TimeComparison
from broadsheet.newsroom.rules import may_edit
from broadsheet.newsroom.views import date_preview, edit_link, preview_links, revoke_preview

# Menu entries of Wagtail for which the paper has no use.
HIDDEN = {"documents", "help"}


class AuthorChooserViewSet(SnippetChooserViewSet):
    """The chooser of authors, in which one who is not in the list is added by name alone."""

    form_fields = ["name"]
    icon = "user"
    create_action_label = _("Add this author")
    creation_tab_label = _("Add an author")


class AuthorViewSet(SnippetViewSet):
    """Authors in /cms/, with an entry of their own in the menu."""

    model = Author
    icon = "user"
    menu_label = _("Authors")
    menu_order = 300
    add_to_admin_menu = True
    list_display = ("name", "role")
    chooser_viewset_class = AuthorChooserViewSet


register_snippet(AuthorViewSet)
register_form_field_override(DateTimeField, override={"widget": AdminDateTimeInput, "form_class": PaperTimeField})
register_comparison_class(DateTimeField, comparison_class=TimeComparison)


@hooks.register("construct_main_menu")
def hide_unused_entries(request: HttpRequest, items: list[MenuItem]) -> None:
    """Remove Documents, to which no page can link, and the help of Wagtail's developers."""
    items[:] = [item for item in items if item.name not in HIDDEN]


@hooks.register("register_admin_urls")
def register_date_preview() -> list[URLPattern]:
    """Add the address that the form of the paper's settings asks for a preview; Wagtail guards it by the sign-in."""
    return [path("date-preview/", date_preview, name="date-preview")]


@hooks.register("register_admin_urls")
def register_pages_of_articles() -> list[URLPattern]:
    """Add the pages of an article's preview links and the link to its form; Wagtail guards them by the sign-in."""
    return [
        path("articles/<int:pk>/preview-links/", preview_links, name="preview-links"),
        path("edit-link/", edit_link, name="edit-link"),
        path("preview-links/<int:pk>/revoke/", revoke_preview, name="revoke-preview"),
    ]


@hooks.register("insert_global_admin_js")
def leave_a_hint() -> str:
    """Have the browser remember that staff use it: articles then ask whether they can be edited (ADR 40)."""
    return format_html('<script src="{}"></script>', static("js/staff-hint.js"))


@hooks.register("register_page_header_buttons")
def offer_preview_links(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer the preview links of a draft in the menu of its page, to those who may edit it."""
    article = page.specific_deferred
    if isinstance(article, ArticlePage) and not article.is_public and may_edit(article, by=user):
        address = reverse("preview-links", args=[page.pk])
        yield Button(_("Preview links"), address, icon_name="link", priority=62)


@hooks.register("before_edit_setting")
def answer_in_the_chosen_language(request: HttpRequest, instance: Any) -> None:
    """Activate the language that the paper is being given, so that the confirmation on the next page is in it.

    Members of staff who have chosen a language of their own keep it.
    """
    chosen = request.POST.get("language")
    profile = getattr(request.user, "wagtail_userprofile", None)
    if (
        isinstance(instance, Paper)
        and chosen in dict(settings.LANGUAGES)
        and not getattr(profile, "preferred_language", "")
    ):
        translation.activate(chosen)


@hooks.register("before_serve_page", order=-1)
def hide_restricted_page(page: Page, *args: Any) -> None:
    """Answer 404 for a page that is private, where Wagtail would ask readers to sign in."""
    if page.get_view_restrictions().exists():
        raise Http404("This page is private.")
