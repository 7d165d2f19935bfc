"""Answers with style sheets, scripts and fonts before Django, so that no middleware and no database is asked."""

from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise import WhiteNoise

from broadsheet.config.front import transport_security
from broadsheet.pagecache.server import Application

AN_HOUR = 3600  # seconds that a name without a digest is kept


def with_static_files(application: Application) -> Application:
    """Answers what was gathered itself, and hands everything else on. Without DEBUG the folder is read once, here."""
    hashed = frozenset(getattr(staticfiles_storage, "hashed_files", {}).values())
    files = WhiteNoise(
        application,
        autorefresh=settings.DEBUG,
        max_age=AN_HOUR,
        add_headers_function=add_security,
        immutable_file_test=lambda path, url: url.removeprefix(settings.STATIC_URL) in hashed,
    )
    # With DEBUG a file that is being worked on is answered from where it is written, which comes first.
    for folder in (settings.STATIC_ROOT, *(settings.STATICFILES_DIRS if settings.DEBUG else ())):
        files.add_files(folder, settings.STATIC_URL)
    answer: Application = files
    return answer


def add_security(headers: Headers, path: str, url: str) -> None:
    """The headers that Django's SecurityMiddleware puts on every answer."""
    del path, url  # the same for all files
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = settings.SECURE_REFERRER_POLICY
    headers["Cross-Origin-Opener-Policy"] = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
    for name, value in transport_security():
        headers[name] = value
