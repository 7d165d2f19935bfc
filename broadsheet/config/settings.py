"""Django's settings, from the operator's options and the paper's secrets."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from broadsheet.config.databases import database
from broadsheet.config.options import SECRETS_FOLDER, load_options
from broadsheet.config.secrets import read_secret
from broadsheet.config.url_prefixes import URL_PREFIXES
from broadsheet.limits.states import rates

OPTIONS = load_options()
PACKAGE = Path(__file__).resolve().parents[1]
DATA = OPTIONS.data.resolve()
SECRETS = DATA / SECRETS_FOLDER

SECRET_KEY, *SECRET_KEY_FALLBACKS = read_secret(SECRETS, "signing-key")
ENCRYPTION_KEYS = read_secret(SECRETS, "encryption-keys")
DIGEST_KEY = read_secret(SECRETS, "digest-key")[0]

BASE_URL = str(OPTIONS.base_url).rstrip("/")
SECURE = BASE_URL.startswith("https://")
DEBUG = OPTIONS.debug
DEMO = OPTIONS.demo
_HOST = urlsplit(BASE_URL).hostname or "127.0.0.1"
ALLOWED_HOSTS = [_HOST, "127.0.0.1", "localhost", "[::1]", *OPTIONS.extra_hosts]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "broadsheet.desk",
    "broadsheet.review",
    "broadsheet.discussion",
    "broadsheet.interchange",
    "broadsheet.newsroom",
    "broadsheet.donations",
    "broadsheet.commenters",
    "broadsheet.accounts",
    "broadsheet.limits",
    "broadsheet.mail",
    "broadsheet.pagecache",
    "broadsheet.core",
    *(["broadsheet.demo"] if DEMO else []),
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.images",
    "wagtail.documents",  # required by Wagtail's editor, though its menu is hidden
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "broadsheet.core.middleware.PrivatePagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "broadsheet.core.middleware.NulMiddleware",
    "broadsheet.pagecache.middleware.SnapshotMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "broadsheet.core.middleware.EditingPolicyMiddleware",
    "broadsheet.newsroom.middleware.PaperMiddleware",
    "broadsheet.newsroom.middleware.StaffLanguageMiddleware",
    "broadsheet.newsroom.middleware.ProfileMiddleware",
    "broadsheet.newsroom.middleware.EditorsDoorMiddleware",
    "broadsheet.core.middleware.RefusalMiddleware",
    "broadsheet.interchange.middleware.OldAddressMiddleware",
    "broadsheet.newsroom.middleware.FormerAddressMiddleware",
]

ROOT_URLCONF = "broadsheet.config.urls"
WSGI_APPLICATION = "broadsheet.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "broadsheet.newsroom.context.paper",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja",
        "DIRS": [PACKAGE / "templates"],
        "OPTIONS": {"environment": "broadsheet.core.jinja.environment"},
    },
]

DATABASES = {"default": database(OPTIONS.database_url, DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "broadsheet.accounts.rules.DifferentPasswordValidator"},
]
# Whatever asks for a password goes through this backend, and so through the limits.
AUTHENTICATION_BACKENDS = ["broadsheet.accounts.backends.LimitedBackend"]
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "broadsheet.accounts.forms.PasswordResetForm"  # noqa: S105 - no password
LIMITS = rates(OPTIONS.limits)
TRUSTED_PROXIES = OPTIONS.trusted_proxies
CSRF_FAILURE_VIEW = "broadsheet.core.error_pages.csrf_failure"
LOGIN_URL = WAGTAILADMIN_LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

# The paper's own language and time zone are set in /cms/; PaperMiddleware activates them for each request.
LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en", "English"),
    ("en-gb", "English (United Kingdom)"),
    ("en-us", "English (United States)"),
    ("de", "Deutsch"),
]
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES  # an editor may choose another one than the paper has
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

RESERVED_SLUGS = frozenset(prefix.reserves for prefix in URL_PREFIXES if prefix.reserves)
HIDDEN_FROM_ROBOTS = tuple(prefix.path for prefix in URL_PREFIXES if prefix.hidden_from_robots)
BAKED_PAGES = DATA / "baked"
BAKED_PAGES_LIMIT = OPTIONS.baked_pages_limit * 1_000_000  # bytes
NEVER_BAKED = tuple(prefix.path for prefix in URL_PREFIXES if prefix.never_baked)
# Requests with one of these query parameters reach Django even where the page is baked: the old addresses of a paper
# that came from WordPress. Pages depend on no other parameter.
UNCACHED_QUERY_PARAMETERS = ("p", "page_id", "attachment_id", "cat", "tag", "author", "m", "feed", "paged")
_WRITING = r"/[0-9]{4}/[0-9]{2}/[0-9]{2}/[-\w]+/comments/write/"
# The pages for one person alone, as a regular expression for their beginning.
PRIVATE_PAGES = "|".join([*(prefix.path for prefix in URL_PREFIXES if prefix.private), _WRITING])
# The pages for one commenter alone that contain cached fragments (ADR 22), as a regular expression for their beginning.
_COMMENTERS_PREFIXES = [prefix.path for prefix in URL_PREFIXES if prefix.private and prefix.owner == "discussion"]
PRIVATE_PAGES_WITH_FRAGMENTS = "|".join([*_COMMENTERS_PREFIXES, _WRITING])
# Caches in front that store pages too (ADR 19).
SURROGATE_HEADER = OPTIONS.surrogate_header
PURGE_ADDRESSES = [str(address) for address in OPTIONS.purge_addresses]
PURGE_TOKEN = OPTIONS.purge_token.get_secret_value()
WAGTAILFRONTENDCACHE = OPTIONS.frontend_cache

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_PERMISSIONS = 0o644

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
# Management command → cron expression in UTC. The worker runs them (core/schedule.py).
SCHEDULE = {
    "publish_scheduled": "* * * * *",
    "refresh_search": "* * * * *",
    "expire_unverified": "*/10 * * * *",
    "tidy_baked_pages": "* * * * *",
    "delete_past_allowances": "27 * * * *",
    "erase_journal": "* * * * *",
    "prune_db_task_results": "17 3 * * *",
    "rewrite_database": "37 3 * * *",
}

MAIL_FROM = OPTIONS.mail_from or f"paper@{_HOST}"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
EMAIL_HOST = OPTIONS.mail_host
EMAIL_PORT = OPTIONS.mail_port
EMAIL_HOST_USER = OPTIONS.mail_user
EMAIL_HOST_PASSWORD = OPTIONS.mail_password.get_secret_value()
EMAIL_USE_TLS = OPTIONS.mail_security == "starttls"
EMAIL_USE_SSL = OPTIONS.mail_security == "tls"
EMAIL_TIMEOUT = 20
OUTBOX = DATA / "outbox"
EMAIL_BACKEND = "broadsheet.demo.outbox.OutboxBackend" if DEMO else "broadsheet.mail.provider.SmtpBackend"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False  # the proxy in front, where TLS ends, redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

# Strict for readers, commenters and the desk. Wagtail's pages need inline scripts, so /cms/ has a policy of its own.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/cms/",),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": ["https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    },
}
CMS_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}

WAGTAIL_SITE_NAME = "Broadsheet"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT = 10
WAGTAIL_AUTOSAVE_INTERVAL = 5000  # milliseconds; with a shorter interval, writers queue on SQLite
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # so that no third party learns an editor's email address
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_ALLOW_UNICODE_SLUGS = True
WAGTAIL_I18N_ENABLED = False
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # with a single one, profiles offer no choice: times in /cms/ are the paper's
WAGTAILADMIN_COMMENTS_ENABLED = True
WAGTAILIMAGES_IMAGE_MODEL = "newsroom.Photo"
WAGTAILIMAGES_IMAGE_FORM_BASE = "broadsheet.newsroom.forms.PhotoForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 40 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 100_000_000
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "heic", "heif", "jpg", "jpeg", "png", "tif", "tiff", "webp"]
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []  # so that nothing is fetched from third parties while an editor writes

# "simple" is PostgreSQL without stemming, so that both databases find the same articles.
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "broadsheet.newsroom.search.upkeep.backend", "SEARCH_CONFIG": "simple"}
}
TAGGIT_CASE_INSENSITIVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "broadsheet.core.log_format.PrivateFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": OPTIONS.log_level.upper()},
    # Without the handlers of Django's own, which would write around ours. Every 4xx response would be a warning, and
    # every request for another host an error with a traceback.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "propagate": True},
    },
}
