"""Redirects the query addresses of a WordPress site, such as /?p=12."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from wagtail.contrib.redirects.models import Redirect

LEGACY_PARAMETERS = ("p", "page_id")


class LegacyQueryRedirectMiddleware:
    """Redirects /?p=12 to its article.

    Wagtail's own middleware looks for redirects only after a 404, and the front page answers any query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the redirect or the usual response; only a request with such a parameter costs a query."""
        return self._redirect(request) or self.get_response(request)

    def _redirect(self, request: HttpRequest) -> HttpResponse | None:
        for name in LEGACY_PARAMETERS if request.path == "/" else ():
            post_id = request.GET.get(name, "")
            if post_id.isascii() and post_id.isdigit():
                redirect = Redirect.objects.filter(old_path=f"/?{name}={post_id}"[:255]).first()
                return HttpResponsePermanentRedirect(redirect.link) if redirect and redirect.link else None
        return None
