"""The paper as the gateway serves it: which responses need no thread of Django, and who may send more than a form."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from whitenoise import WhiteNoise

from broadsheet.config.health import ENDPOINTS, HEALTH_HEADERS, liveness
from broadsheet.core.error_pages import refused_request
from broadsheet.gateway.responses import Response, collect
from broadsheet.gateway.site import Site
from broadsheet.pagecache.server import Application, PageServer

UPLOAD_PREFIX = "/cms/"  # beneath which editors upload photographs
HEALTHY = Response(200, HEALTH_HEADERS, b"ok\n")
Environ = dict[str, Any]


@dataclass(frozen=True)
class Paper:
    """The paper's baked pages and static files."""

    pages: PageServer
    static_files: WhiteNoise

    def instant(self, environ: Environ) -> Response | None:
        """Return the response to /healthz, or a baked page that is in memory."""
        if ENDPOINTS.get(environ["PATH_INFO"].rstrip("/")) is liveness:
            return HEALTHY
        hit = self.pages.hit(environ)
        return Response(*hit) if hit else None

    def is_stored(self, environ: Environ) -> bool:
        """Return whether the response is a static file or a baked page on the disk."""
        return environ["PATH_INFO"] in self.static_files.files or self.pages.is_baked(environ)

    def stored(self, environ: Environ) -> Response | None:
        """Return a static file or a baked page on the disk; None if the page has expired, or is damaged."""
        if environ["PATH_INFO"] in self.static_files.files:
            return collect(self.static_files, environ)
        hit = self.pages.load(environ)
        return Response(*hit) if hit else None


def site_of(application: Application, pages: PageServer, static_files: WhiteNoise) -> Site:
    """Return the site of an application that contains this page server and these static files."""
    paper = Paper(pages, static_files)
    return Site(application, refused_request, paper.instant, paper.stored, paper.is_stored, is_upload, may_upload)


def is_upload(environ: Environ) -> bool:
    """Return whether the request may be an editor's upload: it goes to /cms/ and has the cookie of a session."""
    return environ["PATH_INFO"].startswith(UPLOAD_PREFIX) and bool(_session_key(environ))


def may_upload(environ: Environ) -> bool:
    """Return whether the request belongs to the session of a signed-in user. Raises DatabaseError."""
    request = _without_body(environ)
    request.session = SessionStore(_session_key(environ))
    close_old_connections()  # as Django does before and after each request in a thread
    try:
        return get_user(request).is_authenticated
    finally:
        close_old_connections()


def _session_key(environ: Environ) -> str:
    return _without_body(environ).COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _without_body(environ: Environ) -> WSGIRequest:
    """Return the request as far as it has been read."""
    return WSGIRequest({**environ, "wsgi.input": BytesIO()})
