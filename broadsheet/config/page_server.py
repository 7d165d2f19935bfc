"""The page server of this paper, which serves baked pages before Django, set up from the settings."""

from functools import lru_cache

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from broadsheet.pagecache.actions import store
from broadsheet.pagecache.server import Application, PageServer

MAX_HOST_LENGTH = 300  # characters; a DNS name has 253 at most (RFC 1035), and the result is remembered


def page_server(application: Application) -> PageServer:
    """Return the page server, which passes every request that it cannot serve on to `application`."""
    return PageServer(
        application,
        store=store(),
        is_allowed_host=is_allowed_host,
        never_baked=settings.NEVER_BAKED,
        uncached_query_parameters=settings.UNCACHED_QUERY_PARAMETERS,
        extra_headers=hsts_headers(),
    )


def is_allowed_host(host: str) -> bool:
    """Return whether the Host header names this paper, by the rules of Django's ALLOWED_HOSTS."""
    return len(host) <= MAX_HOST_LENGTH and _is_in(host, tuple(settings.ALLOWED_HOSTS))


@lru_cache(64)
def _is_in(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host.lower())
    return bool(domain) and validate_host(domain, allowed)


def hsts_headers() -> list[tuple[str, str]]:
    """Return the header of HTTP Strict Transport Security (RFC 6797) if the paper uses https, otherwise no header.

    Django's SecurityMiddleware adds it to https requests alone; here it is the same for all, as the pages are.
    """
    seconds = settings.SECURE_HSTS_SECONDS
    return [("Strict-Transport-Security", f"max-age={seconds}")] if seconds else []
