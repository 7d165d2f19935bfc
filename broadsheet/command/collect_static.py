"""Collecting the static files into the data folder, hashed and compressed, when they have changed (ADR 17)."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

STAMP = "static.stamp"
PACKAGES = ("Django", "wagtail", "whitenoise", "broadsheet")


def collect_if_changed() -> bool:
    """Run `collectstatic` if its result would differ from the last run's, and return whether it ran."""
    stamp, fingerprint = settings.DATA / STAMP, static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint and settings.STATIC_ROOT.is_dir():
        return False
    stamp.unlink(missing_ok=True)  # first, so that a run that is cut off is repeated
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def static_fingerprint() -> str:
    """Return a digest of our own static files, the installed apps, and the versions of packages with static files."""
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    own_files = [
        file_signature(path)
        for folder in settings.STATICFILES_DIRS
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    ]
    return sha256("\n".join([*versions, *settings.INSTALLED_APPS, *own_files]).encode()).hexdigest()


def file_signature(path: Path) -> str:
    """Return the path, size and modification time of a file, which differ once it has been changed."""
    status = path.stat()
    return f"{path} {status.st_size} {status.st_mtime_ns}"
