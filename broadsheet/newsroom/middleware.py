"""The paper's language, time zone and date style for each request, former addresses, and who may enter /cms/."""

import re
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import translation
from wagtail.contrib.redirects.middleware import RedirectMiddleware
from wagtail.users.models import UserProfile

from broadsheet.core.error_pages import remember_language
from broadsheet.newsroom.errors import NotAnEditor
from broadsheet.newsroom.models import Paper
from broadsheet.newsroom.queries import moved_beneath_article, moved_beneath_list

GetResponse = Callable[[HttpRequest], HttpResponse]
# The addresses of what is hidden, which answer 404. The choosers of documents stay: the editor's scripts ask for them.
UNUSED = re.compile(
    r"/cms/(documents/(?!chooser/)|sites/|collections/|workflows/(list|add|edit|enable|disable|usage|tasks)"
    r"|reports/(locked|workflow|workflow_tasks|aging-pages|page-types-usage)/)"
)


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


class FormerAddressMiddleware(RedirectMiddleware):
    """Redirect the former addresses of pages, as Wagtail does, and those beneath that of a list or an article."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Return the redirect in place of a 404, unless it would lead back to the path itself."""
        redirect: HttpResponse = super().process_response(request, response)
        if redirect is response and response.status_code == HttpResponseNotFound.status_code:
            present = moved_beneath_list(request.path) or moved_beneath_article(request.path)
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            redirect = HttpResponsePermanentRedirect(present + query) if present else response
        # A page that has got back its former slug still has the redirect from there, which matters once it is away.
        return response if redirect.headers.get("Location", "").partition("?")[0] == request.path else redirect


class ProfileMiddleware:
    """Have /cms/ use the paper's time zone for staff who have no profile yet, for whom Wagtail would use UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff = request.user if request.path.startswith("/cms/") else AnonymousUser()
        if staff.is_authenticated and not hasattr(staff, "wagtail_userprofile"):
            UserProfile(user=staff)  # not stored: its constructor attaches it to the user
        return self.get_response(request)


class EditorsDoorMiddleware:
    """Tell staff without the right to edit that they lack it, where Wagtail would show the sign-in page again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if UNUSED.match(request.path):
            raise Http404("The paper has no use for this page of Wagtail.")
        if not request.path.startswith("/cms/") or _may_enter(request):
            return self.get_response(request)
        refusal = NotAnEditor()
        return render(request, "refusal.html", {"refusal": refusal}, status=refusal.http_status)


def _may_enter(request: HttpRequest) -> bool:
    """Say whether the user may edit, or is not signed in and goes on to the sign-in."""
    return request.user.is_anonymous or request.user.has_perm("wagtailadmin.access_admin")
