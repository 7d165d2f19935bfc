"""The WSGI door that granian, or any other server, enters by: who watches, baked pages, static files, then Django."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.config.settings")
_django = get_wsgi_application()

from broadsheet.config.front import fronted  # noqa: E402 - it knows tables, for which Django has to be set up first
from broadsheet.config.gate import Gate  # noqa: E402
from broadsheet.config.health import watched  # noqa: E402
from broadsheet.config.statics import with_static_files  # noqa: E402

application = watched(fronted(with_static_files(Gate(_django))))

gc.freeze()  # what is loaded now stays as long as the process: nobody looks through it for what could be thrown away
