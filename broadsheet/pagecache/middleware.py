"""Notes, before a page asks the database anything, what has been purged so far."""

import re
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import begins, collected, rendered


class PositionMiddleware:
    """Stands before every middleware that asks the database; costs a query only where a page may be baked.

    Or where the answer is for one reader alone and has on it what is kept: that query then saves several.
    """

    of_one_reader = re.compile(settings.PRIVATE_PAGES_WITH_FRAGMENTS)

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kept_too = rendered() is None and self.of_one_reader.match(request.path)
        with collected() if kept_too else nullcontext():
            begins(Purge.objects.position)
            return self.get_response(request)
