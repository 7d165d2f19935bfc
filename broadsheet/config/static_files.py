"""Static files, served before Django, so that they need neither middleware nor database (ADR 17)."""

from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise import WhiteNoise

from broadsheet.config.page_server import hsts_headers
from broadsheet.pagecache.server import Application

MAX_AGE = 3600  # seconds that browsers keep a file whose name has no digest


def with_static_files(application: Application) -> WhiteNoise:
    """Return an application that serves the collected static files and passes other requests on to `application`.

    Without DEBUG the folder is read once, here.
    """
    hashed_names = frozenset(getattr(staticfiles_storage, "hashed_files", {}).values())
    static_files = WhiteNoise(
        application,
        autorefresh=settings.DEBUG,
        max_age=MAX_AGE,
        add_headers_function=add_security_headers,
        immutable_file_test=lambda path, url: url.removeprefix(settings.STATIC_URL) in hashed_names,
    )
    # With DEBUG a file that is being edited is served from its source, which WhiteNoise looks up first.
    for folder in (settings.STATIC_ROOT, *(settings.STATICFILES_DIRS if settings.DEBUG else ())):
        static_files.add_files(folder, settings.STATIC_URL)
    return static_files


def add_security_headers(headers: Headers, path: str, url: str) -> None:
    """Add the headers that Django's SecurityMiddleware adds to every response."""
    del path, url  # the headers are the same for all files
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = settings.SECURE_REFERRER_POLICY
    headers["Cross-Origin-Opener-Policy"] = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
    for name, value in hsts_headers():
        headers[name] = value
