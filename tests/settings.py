"""The paper's own settings, with a data folder of its own for each run, made before Django reads them."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import dj_database_url

from broadsheet.config.secrets import create_secrets

if "BROADSHEET_DATA" not in os.environ:
    os.environ["BROADSHEET_DATA"] = tempfile.mkdtemp(prefix="broadsheet-test-")
    # The workers of a parallel run find the variable set: whoever made the folder takes it away.
    atexit.register(shutil.rmtree, os.environ["BROADSHEET_DATA"], ignore_errors=True)

_folder = Path(os.environ["BROADSHEET_DATA"])
create_secrets(_folder / "secrets")
(_folder / "static").mkdir(exist_ok=True)
os.environ.setdefault("BROADSHEET_BASE_URL", "http://paper.example")

from broadsheet.config.settings import *  # noqa: E402, F403 - the folder comes first
from broadsheet.config.settings import DATABASES, STORAGES  # noqa: E402

DATABASES["default"]["ENGINE"] = (
    "django.db.backends.sqlite3"  # in memory nobody queues, and pytest-django knows this name
)
if os.environ.get("BROADSHEET_TEST_DATABASE") == "postgres":
    _server = os.environ.get("BROADSHEET_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432").rstrip("/")
    # Named after the run, so that two runs at once do not meet.
    DATABASES["default"] = dict(dj_database_url.parse(f"{_server}/{_folder.name.replace('-', '_')}"))

ALLOWED_HOSTS = ["*"]
LOGGING = {"version": 1, "disable_existing_loggers": False}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
TASKS = {"default": {"BACKEND": "tests.tasks.AfterCommit", "QUEUES": ["default"]}}
