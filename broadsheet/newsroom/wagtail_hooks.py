"""The menu and the additional addresses of /cms/."""

from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from broadsheet.newsroom.views import date_preview

# Menu entries of Wagtail for which the paper has no use.
HIDDEN = {"documents", "help"}


@hooks.register("construct_main_menu")
def hide_unused_entries(request: HttpRequest, items: list[MenuItem]) -> None:
    """Remove Documents, to which no page can link, and the help of Wagtail's developers."""
    items[:] = [item for item in items if item.name not in HIDDEN]


@hooks.register("register_admin_urls")
def register_date_preview() -> list[URLPattern]:
    """Add the address that the form of the paper's settings asks for a preview; Wagtail guards it by the sign-in."""
    return [path("date-preview/", date_preview, name="date-preview")]
