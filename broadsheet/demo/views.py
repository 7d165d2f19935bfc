"""The outbox page, which stands in for the mailbox of whoever tries the demo."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from broadsheet.demo import outbox


@never_cache
@require_safe
def outbox_page(request: HttpRequest) -> HttpResponse:
    """Lists the latest emails, newest first."""
    return render(request, "demo/outbox.html", {"emails": outbox.emails()})


@never_cache
@require_safe
def email_page(request: HttpRequest, name: str) -> HttpResponse:
    """Shows one email with its links."""
    found = outbox.email(name)
    if found is None:
        raise Http404("The outbox has no such email.")
    return render(request, "demo/email.html", {"email": found})
