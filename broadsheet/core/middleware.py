"""Middleware for refusals, and for the content security policy of /cms/."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.core.errors import Refusal

GetResponse = Callable[[HttpRequest], HttpResponse]


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
        if exception.retry_after:
            response.headers["Retry-After"] = str(int(exception.retry_after.total_seconds()))
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
