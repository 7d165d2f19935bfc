"""Takes the snapshot of the purge log before a request's first query."""

import re
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import collected, current, take_snapshot


class SnapshotMiddleware:
    """Comes before every middleware that queries the database; costs a query only where a page may be baked.

    Pages of `OF_ONE_READER` are never baked, but use cached fragments: there the query saves several others (ADR 18).
    """

    of_one_reader = re.compile(settings.PRIVATE_PAGES_WITH_FRAGMENTS)

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        uses_fragments = current() is None and self.of_one_reader.match(request.path)
        with collected() if uses_fragments else nullcontext():
            take_snapshot(Purge.objects.snapshot)
            return self.get_response(request)
