"""The paper's language, time zone and date style for each request, and the page for staff without the right to edit."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from broadsheet.core.error_pages import remember_language
from broadsheet.newsroom.errors import NotAnEditor
from broadsheet.newsroom.models import Paper

GetResponse = Callable[[HttpRequest], HttpResponse]


class PaperMiddleware:
    """Activate the language, time zone and date style of the paper for the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        paper = Paper.load(request_or_site=request)
        remember_language(paper.language)  # for the 503 page of a request that comes when the database is away
        with paper.activated():
            return self.get_response(request)


class StaffLanguageMiddleware:
    """Activate at the desk the language of the profile that each member of staff has in /cms/, if they have set one.

    Wagtail does this for /cms/ itself.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/desk/"):
            return self.get_response(request)
        profile = getattr(request.user, "wagtail_userprofile", None)
        with translation.override(profile.get_preferred_language() if profile else translation.get_language()):
            return self.get_response(request)


class EditorsDoorMiddleware:
    """Tell staff without the right to edit that they lack it, where Wagtail would show the sign-in page again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/cms/") or _may_enter(request):
            return self.get_response(request)
        refusal = NotAnEditor(str(request.user))
        return render(request, "refusal.html", {"refusal": refusal}, status=refusal.http_status)


def _may_enter(request: HttpRequest) -> bool:
    """Say whether the user may edit, or is not signed in and goes on to the sign-in."""
    return request.user.is_anonymous or request.user.has_perm("wagtailadmin.access_admin")
