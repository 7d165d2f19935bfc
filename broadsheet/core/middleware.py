"""Words every expected refusal for the person who meets it, and gives /cms/ its looser content policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.core.errors import Refusal

GetResponse = Callable[[HttpRequest], HttpResponse]


class RefusalMiddleware:
    """Turns a Refusal into a page with its sentence and a way on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answers a Refusal with its own status; leaves every other exception to crash loudly."""
        if not isinstance(exception, Refusal):
            return None
        answer = render(request, "refusal.html", {"refusal": exception}, status=exception.http_status)
        if exception.retry_after:
            answer.headers["Retry-After"] = str(int(exception.retry_after.total_seconds()))
        return answer


class EditingPolicyMiddleware:
    """Sets the content policy under /cms/, where Wagtail's pages need inline scripts."""

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
