"""The WSGI application, outermost first: health checks, baked pages, static files, the concurrency limit, Django.

`site` is the same for the gateway, which answers part of it without a thread.
"""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.config.settings")
_django = get_wsgi_application()

# Imported here, because these modules import models, which exist only once Django is set up.
from broadsheet.config.concurrency_limit import ConcurrencyLimit  # noqa: E402
from broadsheet.config.health import with_health_checks  # noqa: E402
from broadsheet.config.page_server import page_server  # noqa: E402
from broadsheet.config.site import site_of  # noqa: E402
from broadsheet.config.static_files import with_static_files  # noqa: E402

_static_files = with_static_files(ConcurrencyLimit(_django))
_pages = page_server(_static_files)
application = with_health_checks(_pages)
site = site_of(application, _pages, _static_files)

gc.freeze()  # modules live as long as the process, so the garbage collector need not look through them
