"""The menu, the additional addresses and the fields of times of /cms/."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern, path, resolve, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem, SubmitForModerationMenuItem
from wagtail.admin.compare import register_comparison_class
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import AdminDateTimeInput, Button
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.newsroom.forms import PaperTimeField
from broadsheet.newsroom.home import TodayPanel, refile_draft, write_article
from broadsheet.newsroom.models import ArticlePage, Author, Paper, SectionPage
from broadsheet.newsroom.panels import TimeComparison
from broadsheet.newsroom.rules import may_edit
from broadsheet.newsroom.views import AddPhotosView, date_preview, edit_link, preview_links, revoke_preview

# Entries of Wagtail's menus for which the paper has no use. The desk and the log replace the reports.
HIDDEN = {"documents", "help"}
HIDDEN_SETTINGS = {"sites", "collections", "workflows", "workflow-tasks", "locales"}
HIDDEN_REPORTS = {"locked-pages", "workflows", "workflow-tasks", "aging-pages", "page-types-usage"}


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


@hooks.register("construct_settings_menu")
def hide_unused_settings(request: HttpRequest, items: list[MenuItem]) -> None:
    """Remove what one paper with one review by its editors never changes."""
    items[:] = [item for item in items if item.name not in HIDDEN_SETTINGS]


@hooks.register("construct_reports_menu")
def hide_unused_reports(request: HttpRequest, items: list[MenuItem]) -> None:
    """Remove the reports about locks, workflows and pages of an age, which news always have."""
    items[:] = [item for item in items if item.name not in HIDDEN_REPORTS]


@hooks.register("construct_homepage_panels")
def show_today(request: HttpRequest, panels: list[Component]) -> None:
    """Show today's articles, those waiting for review among them, in place of Wagtail's panels."""
    panels[:] = [TodayPanel()]


@hooks.register("insert_global_admin_css")
def style_home() -> str:
    """Add the styles of the home page."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/cms.css"))


class SubmitForReviewMenuItem(SubmitForModerationMenuItem):
    """Wagtail's entry, whose sentence would be made of the name of a workflow, in another language than the page."""

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return the context with a sentence of our own."""
        context: dict[str, Any] = super().get_context_data(parent_context)
        page = context.get("page")
        state = page.current_workflow_state if page else None
        is_again = state is not None and state.status == state.STATUS_NEEDS_CHANGES
        return {**context, "label": _("Submit for review again") if is_again else _("Submit for review")}


@hooks.register("construct_page_action_menu")
def name_the_review(items: list[ActionMenuItem], request: HttpRequest, context: Any) -> None:
    """Put the entry with our own sentence in the place of Wagtail's."""
    for place, item in enumerate(items):
        if type(item) is SubmitForModerationMenuItem:
            items[place] = SubmitForReviewMenuItem(order=item.order)


@hooks.register("before_create_page")
def create_in_the_chosen_section(request: HttpRequest, parent: Page, page_class: type[Page]) -> HttpResponse | None:
    """Create the article in the section that is chosen in its form."""
    section = _chosen_section(request, parent) if page_class is ArticlePage else None
    if section is None:
        return None
    address = reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", section.pk])
    return _answered_at(address, request)


@hooks.register("before_edit_page")
def refile_in_the_chosen_section(request: HttpRequest, page: Page) -> HttpResponse | None:
    """File a draft under the section that is chosen in its form, then edit it there."""
    if not isinstance(page, ArticlePage) or page.address:
        return None
    section = _chosen_section(request, page.get_parent())
    if section is None:
        return None
    refile_draft(request.user, page, section)
    return _answered_at(reverse("wagtailadmin_pages:edit", args=[page.pk]), request)


def _chosen_section(request: HttpRequest, present: Page) -> SectionPage | None:
    """Return the section that the form was sent with, if it is another than the present one."""
    chosen = request.POST.get("filed_under", "")
    others = SectionPage.objects.exclude(pk=present.pk)
    found: SectionPage | None = others.filter(pk=chosen).first() if chosen.isdecimal() else None
    return found


def _answered_at(address: str, request: HttpRequest) -> HttpResponse:
    view, args, options = resolve(address)
    response: HttpResponse = view(request, *args, **options)
    return response


@hooks.register("register_admin_urls")
def register_own_addresses() -> list[URLPattern]:
    """Add the address that the settings ask for a date preview, and that of a new article; Wagtail guards both."""
    return [
        path("date-preview/", date_preview, name="date-preview"),
        path("write/", write_article, name="write-article"),
    ]


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


@hooks.register("register_admin_urls", order=-1)
def register_upload_of_photographs() -> list[URLPattern]:
    """Put the paper's upload of several photographs before Wagtail's, whose address and name it has."""
    return [path("images/multiple/add/", AddPhotosView.as_view())]


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
