"""The import log recognises a source and its records, also those that an earlier version logged."""

from importlib import import_module

import pytest
from django.apps import apps

from broadsheet.interchange.import_log import MAX_KEY, ImportLog, source_of
from broadsheet.interchange.models import Counterpart, Source, SourceKind

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "url", ["https://ferrypost.example/paper", "http://www.FERRYPOST.example/paper/", "ferrypost.example/paper"]
)
def test_a_source_is_recognised_by_its_address_however_it_is_written(url: str) -> None:
    saved = source_of("https://ferrypost.example/paper/", "The Ferry Post", stored=True)
    assert source_of(url, "Renamed", stored=True) == saved


def test_a_source_without_address_is_recognised_by_its_title() -> None:
    saved = source_of("", "The Ferry Post", stored=True)
    assert source_of("", "The Ferry Post", stored=False) == saved
    assert source_of("", "The Quay Post", stored=False) != saved
    assert Source.objects.count() == 1


def test_a_key_longer_than_the_table_allows_is_found_again() -> None:
    log = ImportLog(source_of("https://a.example", "", stored=True))
    key = "k" * (MAX_KEY + 1)
    log.add(SourceKind.PICTURE, {key: 7})
    assert list(log.targets(SourceKind.PICTURE, [key]).values()) == [7]
    assert log.targets(SourceKind.TAG, [key]) == {}


def test_the_migration_keeps_what_an_earlier_version_logged() -> None:
    source = Source.objects.create(address="untold:The Ferry Post")
    for kind, key in [("post", "12"), ("category", "sport"), ("post", "untold:abc"), ("tag", "post")]:
        Counterpart.objects.create(source=source, kind=kind, key=key, target=1)
    import_module("broadsheet.interchange.migrations.0002_neutral_kinds").rename(apps, None)
    log = ImportLog(source_of("", "The Ferry Post", stored=False))
    assert log.source == source
    assert log.targets(SourceKind.ARTICLE, ["12", "digest:abc"]) == {"12": 1, "digest:abc": 1}
    assert log.targets(SourceKind.SECTION, ["sport"]) == {"sport": 1}
    assert log.targets(SourceKind.TAG, ["post"]) == {"post": 1}
