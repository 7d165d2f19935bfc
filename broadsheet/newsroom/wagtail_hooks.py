"""What /cms/ shows of Wagtail, and what it does not."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.menu import MenuItem

# Wagtail has rooms that the paper does not use.
CLOSED = {"documents", "help"}


@hooks.register("construct_main_menu")
def show_rooms_in_use(request: HttpRequest, items: list[MenuItem]) -> None:
    """Leaves out documents, which nothing on the pages can link to, and the help of Wagtail's own makers."""
    items[:] = [item for item in items if item.name not in CLOSED]
