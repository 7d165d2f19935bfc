"""Gathers style sheets, fonts and scripts into the data folder, hashed and compressed, when they changed."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

STAMP = "static.stamp"
MADE_FROM = ("Django", "wagtail", "whitenoise", "broadsheet")


def gather() -> bool:
    """Returns whether anything had to be gathered."""
    stamp, now = settings.DATA / STAMP, fingerprint()
    if stamp.exists() and stamp.read_text() == now and settings.STATIC_ROOT.is_dir():
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
    return True


def fingerprint() -> str:
    """Changes with the versions of the packages that bring files, with our own files, and with the rooms."""
    versions = [f"{name} {version(name)}" for name in MADE_FROM]
    own = [
        seal(path) for folder in settings.STATICFILES_DIRS for path in sorted(Path(folder).rglob("*")) if path.is_file()
    ]
    return sha256("\n".join([*versions, *settings.INSTALLED_APPS, *own]).encode()).hexdigest()


def seal(path: Path) -> str:
    """What tells a file from its later self."""
    facts = path.stat()
    return f"{path} {facts.st_size} {facts.st_mtime_ns}"
