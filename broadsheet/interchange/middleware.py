"""Follows the old addresses that are a question to the front page: /?p=12."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from wagtail.contrib.redirects.models import Redirect

ASKED = ("p", "page_id")


class OldNumbersMiddleware:
    """Sends /?p=12 to the article it named; Wagtail's redirects are asked only where nothing was found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Costs a query only where such a number is asked for."""
        return self._moved(request) or self.get_response(request)

    def _moved(self, request: HttpRequest) -> HttpResponse | None:
        for name in ASKED if request.path == "/" else ():
            number = request.GET.get(name, "")
            if number.isascii() and number.isdigit():
                found = Redirect.objects.filter(old_path=f"/?{name}={number}"[:255]).first()
                return HttpResponsePermanentRedirect(found.link) if found and found.link else None
        return None
