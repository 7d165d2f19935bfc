"""Notes, before a page asks the database anything, what has been purged so far."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import begins


class PositionMiddleware:
    """Stands before every middleware that asks the database; costs a query only where a page may be baked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begins(Purge.objects.position)
        return self.get_response(request)
