"""Redirects the addresses of a WordPress site: queries such as /?p=12, and paths that no page of the paper has."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponsePermanentRedirect
from wagtail.contrib.redirects.models import Redirect

from broadsheet.interchange.old_addresses import present_path, sources_beneath
from broadsheet.interchange.sources.wordpress.addresses import PARAMETERS, links_of

_OF_POSTS = ("p", "page_id")


class OldAddressMiddleware:
    """Redirects an address of the old site permanently.

    At the front page it comes before the view, which answers any query; everywhere else only after a 404. Addresses
    that editors have redirected, and pages of the paper, take precedence. Redirects lead to pages of the paper alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the redirect or the usual response; only a 404, or a query of the old site, costs a query."""
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        if request.path == "/" and not request.GET.keys().isdisjoint(PARAMETERS):
            return _of_editors(request) or _redirect(request) or self.get_response(request)
        response = self.get_response(request)
        if response.status_code != HttpResponseNotFound.status_code:
            return response
        return _redirect(request) or response


def _of_editors(request: HttpRequest) -> HttpResponse | None:
    """Return the redirect of the redirects' table, which Wagtail looks into only after a 404."""
    for name in _OF_POSTS:
        post_id = request.GET.get(name, "")
        if post_id.isascii() and post_id.isdigit():
            redirect = Redirect.objects.filter(old_path=f"/?{name}={post_id}"[:255]).first()
            return HttpResponsePermanentRedirect(redirect.link) if redirect and redirect.link else None
    return None


def _redirect(request: HttpRequest) -> HttpResponse | None:
    query = request.GET.dict()
    for base, sources in sources_beneath(request.path).items():
        for link in links_of(request.path.removeprefix(base), query):
            path = present_path(sources, base, link)
            if path is not None and path != request.path:
                return HttpResponsePermanentRedirect(path)
    return None
