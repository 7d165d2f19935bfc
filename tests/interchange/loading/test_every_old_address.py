"""Every address of the old site that a real export implies leads on."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from broadsheet.interchange.errors import NotAnExport
from tests.campaigns import is_soak
from tests.databases import kept_for_a_module
from tests.interchange.implied_addresses import implied
from tests.interchange.imports import run

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]
ASKED = 15  # of each kind of address, except by `make soak`
EXPORTS = [
    "wxr-cc-labs/wordpress.scrubbed.xml",
    *(
        f"wxr-wp-importer/{name}.xml"
        for name in (
            *("a11y-unit-test-data", "cdata-edge", "crazy-cdata", "e2e-wxr-comprehensive", "large-authors"),
            *("missing-version-tag", "post-content-blank-lines", "slashes", "small-export"),
            *("test-serialized-comment-meta", "theme-unit-test-data", "valid-wxr-1.0", "valid-wxr-1.1"),
            *("wptt-themeunittestdata.wordpress", "wxr-utf-8-challenges"),
        )
    ),
]


@pytest.fixture(scope="module", params=EXPORTS, ids=lambda name: Path(name).stem)
def site(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker, material: Path
) -> Iterator[Path]:
    """The paper after the import of one export."""
    file = material / request.param

    def make() -> Path | None:
        try:
            run(file)
        except NotAnExport:
            return None
        return file

    with kept_for_a_module(django_db_blocker, make) as made:
        if made is None:
            pytest.skip("This export is refused.")
        yield made


@pytest.mark.campaign
def test_every_address_that_an_export_implies_leads_to_a_page(site: Path) -> None:
    client, lost = Client(), []
    last = cache(lambda target: client.get(target, follow=True).status_code)
    for kind, paths in implied(site).items():
        for path in sorted(paths)[:: 1 if is_soak() else max(1, len(paths) // ASKED)]:
            first = client.get(path)
            status = last(first.headers["Location"]) if first.status_code == 301 else first.status_code
            if first.status_code not in {200, 301} or status != 200:
                lost.append((kind, path, first.status_code, first.headers.get("Location"), status))
    assert lost == []
