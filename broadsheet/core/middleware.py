"""Middleware for refusals, for private pages, and for the content security policy of /cms/."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from broadsheet.core.errors import Refusal

GetResponse = Callable[[HttpRequest], HttpResponse]


class NulMiddleware:
    """Finds no page at an address with a NUL, for which PostgreSQL cannot look."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404("An address has no NUL.")
        return self.get_response(request)


class RefusalMiddleware:
    """Responds to a Refusal with a page that shows its message."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a Refusal, with its status and Retry-After; None for any other exception."""
        if not isinstance(exception, Refusal):
            return None
        response = render(request, "refusal.html", {"refusal": exception}, status=exception.http_status)
        for name, value in exception.headers.items():
            response.headers[name] = value
        return response


class PrivatePagesMiddleware:
    """Keeps every response under a private address, refusals and errors too, out of caches and search engines.

    Comes first, so that no response passes it by.
    """

    private = re.compile(settings.PRIVATE_PAGES)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if self.private.match(request.path):
            add_never_cache_headers(response)
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


class EditingPolicyMiddleware:
    """Sets a looser Content-Security-Policy under /cms/, because Wagtail's pages need inline scripts."""

    policy = "; ".join(
        f"{directive} {' '.join(sources)}" for directive, sources in settings.CMS_CONTENT_SECURITY_POLICY.items()
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/cms/"):
            response.headers.setdefault("Content-Security-Policy", self.policy)
        return response
