"""Puts the front, which answers with baked pages, before Django."""

from functools import lru_cache

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from broadsheet.pagecache.actions import store
from broadsheet.pagecache.server import Application, PageServer

LONGEST_HOST = 300  # characters; a name in the DNS has at most 253


def fronted(application: Application) -> PageServer:
    """The paper's front before an application."""
    return PageServer(
        application,
        store=store(),
        is_ours=is_ours,
        private=settings.NEVER_BAKED,
        questions=settings.QUESTIONS,
        added=transport_security(),
    )


def is_ours(host: str) -> bool:
    """Whether the paper answers to this Host header."""
    return len(host) <= LONGEST_HOST and _is_among(host, tuple(settings.ALLOWED_HOSTS))


@lru_cache(64)
def _is_among(host: str, allowed: tuple[str, ...]) -> bool:
    name, _ = split_domain_port(host.lower())
    return bool(name) and validate_host(name, allowed)


def transport_security() -> list[tuple[str, str]]:
    """What Django says to readers who came by https: to all of them, if the paper is read by https alone (RFC 6797)."""
    lasting = settings.SECURE_HSTS_SECONDS
    return [("Strict-Transport-Security", f"max-age={lasting}")] if lasting else []
