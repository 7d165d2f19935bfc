"""The purge log of an older version keeps its meaning."""

from importlib import import_module

import pytest
from django.apps import apps

from broadsheet.pagecache.models import Effect, Purge

migration = import_module("broadsheet.pagecache.migrations.0003_hard_and_soft_purges")


@pytest.mark.django_db
def test_the_effects_of_recorded_purges_get_their_new_names() -> None:
    for effect in ("removed", "renewed"):
        Purge.objects.create(keys=effect, effect=effect)
    migration.rename_effects(apps, None)
    assert dict(Purge.objects.values_list("keys", "effect")) == {"removed": Effect.HARD, "renewed": Effect.SOFT}


@pytest.mark.django_db
def test_the_effects_get_their_earlier_names_back_when_the_migration_is_reversed() -> None:
    for effect in Effect:
        Purge.objects.create(keys=effect, effect=effect)
    migration.rename_effects_back(apps, None)
    assert dict(Purge.objects.values_list("keys", "effect")) == {Effect.HARD: "removed", Effect.SOFT: "renewed"}
    assert all(operation.reversible for operation in migration.Migration.operations)
