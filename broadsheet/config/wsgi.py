"""The WSGI application, outermost first: health checks, baked pages, static files, the concurrency limit, Django."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.config.settings")
_django = get_wsgi_application()

# Imported here, because these modules import models, which exist only once Django is set up.
from broadsheet.config.concurrency_limit import ConcurrencyLimit  # noqa: E402
from broadsheet.config.health import with_health_checks  # noqa: E402
from broadsheet.config.page_server import page_server  # noqa: E402
from broadsheet.config.static_files import with_static_files  # noqa: E402

application = with_health_checks(page_server(with_static_files(ConcurrencyLimit(_django))))

gc.freeze()  # modules live as long as the process, so the garbage collector need not look through them
