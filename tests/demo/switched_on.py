"""The settings that make a test's paper a demo."""

from pathlib import Path
from typing import Any, cast

from django.conf import settings

import broadsheet.config.urls  # noqa: F401 - read before a test switches the demo on, it is that of every other paper


def demo_settings(folder: Path) -> dict[str, Any]:
    """Everything that BROADSHEET_DEMO switches on, with the emails and the photographs in `folder`."""
    engine, *others = cast("list[dict[str, Any]]", settings.TEMPLATES)
    options = {**engine["OPTIONS"], "libraries": {"demo": "broadsheet.demo.templatetags.demo"}}
    return {
        "DEMO": True,
        "ROOT_URLCONF": "tests.demo.addresses",
        "TEMPLATES": [{**engine, "OPTIONS": options}, *others],
        "EMAIL_BACKEND": "broadsheet.demo.outbox.OutboxBackend",
        "OUTBOX": folder / "outbox",
        "MEDIA_ROOT": folder / "media",
    }
