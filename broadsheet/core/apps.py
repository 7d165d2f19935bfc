"""The Django app of the room."""

from importlib import import_module

from django.apps import AppConfig

from broadsheet.core import path_converters


class CoreConfig(AppConfig):
    """The name and the label of the app."""

    name = "broadsheet.core"
    label = "core"

    def ready(self) -> None:
        """Register the path converters, before the first route is read, and connect the signal handlers."""
        path_converters.register()
        import_module("broadsheet.core.signal_handlers")
