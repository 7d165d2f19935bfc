"""The outbox page, which stands in for the letter box of whoever tries the demo."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from broadsheet.demo import outbox


@never_cache
@require_safe
def outbox_page(request: HttpRequest) -> HttpResponse:
    """Lists the latest letters, newest first."""
    return render(request, "demo/outbox.html", {"letters": outbox.letters()})


@never_cache
@require_safe
def letter_page(request: HttpRequest, name: str) -> HttpResponse:
    """Shows one letter with its links."""
    found = outbox.letter(name)
    if found is None:
        raise Http404("The outbox has no such letter.")
    return render(request, "demo/letter.html", {"letter": found})
