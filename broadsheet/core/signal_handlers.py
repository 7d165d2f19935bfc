"""Handlers of the signals of `migrate`, which Django sends for each app: one app of its own suffices."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

from broadsheet.core import triggers

LABEL = "core"


@receiver(pre_migrate)
def drop_triggers_before_migrations(sender: AppConfig, plan: Sequence[Any], **kwargs: Any) -> None:
    """Drop the triggers that name other tables, which may be altered."""
    if sender.label == LABEL and plan:
        triggers.drop_triggers_before_migrations()


@receiver(post_migrate)
def set_missing_triggers(sender: AppConfig, **kwargs: Any) -> None:
    """Set the triggers that are missing, whichever tables a migration of any app has made anew."""
    if sender.label == LABEL:
        triggers.set_missing_triggers()
