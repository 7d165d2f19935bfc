"""What /cms/ shows of Wagtail, and what it does not."""

from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from broadsheet.newsroom.views import date_preview

# Wagtail has rooms that the paper does not use.
CLOSED = {"documents", "help"}


@hooks.register("construct_main_menu")
def show_rooms_in_use(request: HttpRequest, items: list[MenuItem]) -> None:
    """Leaves out documents, which nothing on the pages can link to, and the help of Wagtail's own makers."""
    items[:] = [item for item in items if item.name not in CLOSED]


@hooks.register("register_admin_urls")
def register_date_preview() -> list[URLPattern]:
    """Add the address that the form of the paper's settings asks for a preview; Wagtail guards it by the sign-in."""
    return [path("date-preview/", date_preview, name="date-preview")]
