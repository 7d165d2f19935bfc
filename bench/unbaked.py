"""The paper without its page server: each answer is rendered as for a page to be baked, and thrown away.

What stands between the front and Django is as in broadsheet.config.wsgi.
"""

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.config.settings")
_django = get_wsgi_application()

from broadsheet.config.concurrency_limit import ConcurrencyLimit  # noqa: E402 - these need Django set up first
from broadsheet.discussion.templatetags.discussion import comment_html  # noqa: E402
from broadsheet.pagecache.fragments import FRAGMENTS  # noqa: E402
from broadsheet.pagecache.surrogates import collected  # noqa: E402

_limited = ConcurrencyLimit(_django)
gc.freeze()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers as Django does."""
    with collected():
        return list(_limited(environ, start_response))


def without_pieces(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers as the first request does that this process ever gets."""
    FRAGMENTS.clear()
    comment_html.cache_clear()
    return application(environ, start_response)
