"""Lets every page speak in the paper's own language and time, and tells who may not edit why the door stays shut."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.newsroom.errors import NotAnEditor
from broadsheet.newsroom.models import Paper

GetResponse = Callable[[HttpRequest], HttpResponse]


class PaperMiddleware:
    """Switches on the paper's language and zone for one request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        paper = Paper.load(request_or_site=request)
        with paper.voice():
            return self.get_response(request)


class EditorsDoorMiddleware:
    """Shows whoever is signed in without the right to edit a page that says so, instead of the sign-in again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/cms/") or _may_enter(request):
            return self.get_response(request)
        refusal = NotAnEditor(str(request.user))
        return render(request, "refusal.html", {"refusal": refusal}, status=refusal.http_status)


def _may_enter(request: HttpRequest) -> bool:
    """Strangers may go on to the sign-in."""
    return request.user.is_anonymous or request.user.has_perm("wagtailadmin.access_admin")
