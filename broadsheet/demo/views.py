"""The pages of the outbox."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from broadsheet.demo import outbox


@never_cache
@require_safe
def outbox_page(request: HttpRequest) -> HttpResponse:
    """List the latest emails, newest first."""
    return render(request, "demo/outbox.html", {"emails": outbox.emails()})


@never_cache
@require_safe
def email_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show an email with its links."""
    email = outbox.email(name)
    if email is None:
        raise Http404("The outbox has no such email.")
    return render(request, "demo/email.html", {"email": email})
