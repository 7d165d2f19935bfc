"""`broadsheet import wordpress` imports every export once, and reports it."""

import fcntl
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from wagtail.models import Page

from broadsheet.discussion.models import Comment
from broadsheet.interchange.errors import ImportUnderWay
from broadsheet.interchange.loading.importer import LOCK
from broadsheet.newsroom.models import ArticlePage, PlainPage
from tests.interchange.conftest import Written
from tests.interchange.imports import contents, counts, export, run, run_to_refusal
from tests.interchange.wxr import comment, item

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

WHOLE = {
    "a11y-unit-test-data.xml": (48, 17),
    "cdata-edge.xml": (1, 0),
    "crazy-cdata.xml": (1, 0),
    "e2e-wxr-comprehensive.xml": (1, 1),
    "large-authors.xml": (0, 0),
    "missing-version-tag.xml": (0, 0),
    "post-content-blank-lines.xml": (1, 0),
    "slashes.xml": (1, 0),
    "small-export.xml": (6, 5),
    "test-serialized-comment-meta.xml": (1, 0),
    "theme-unit-test-data.xml": (58, 21),
    "valid-wxr-1.0.xml": (3, 3),
    "valid-wxr-1.1.xml": (1, 1),
    "wptt-themeunittestdata.wordpress.xml": (58, 21),
    "wxr-utf-8-challenges.xml": (1, 0),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", WHOLE)
def test_each_export_of_the_wordpress_importers_own_tests_is_imported(material: Path, name: str) -> None:
    file = material / "wxr-wp-importer" / name
    run(file)
    found = (ArticlePage.objects.count(), PlainPage.objects.count())
    assert found == WHOLE[name]
    assert Page.find_problems() == ([], [], [], [], [])
    for page in [*ArticlePage.objects.all(), *PlainPage.objects.all()]:
        assert not page.live or Client().get(page.get_url()).status_code == 200
    before = contents()
    assert run(file).startswith("Nothing new")
    assert contents() == before


def test_the_malformed_export_is_refused_with_its_line_and_changes_nothing(material: Path) -> None:
    before = counts()
    report, refusal = run_to_refusal(material / "wxr-wp-importer" / "malformed.xml")
    assert refusal.message.startswith("Line 27: ")
    assert report == ""
    assert counts() == before


def test_a_dry_run_prints_the_same_report_and_changes_nothing(material: Path) -> None:
    file = material / "wxr-wp-importer" / "theme-unit-test-data.xml"
    before = counts()
    forecast = run(file, "--dry-run").splitlines()
    assert counts() == before
    report = run(file).splitlines()
    assert forecast[0].startswith("Would be imported")
    whole = forecast[0].removeprefix("Would be imported").removesuffix(".").replace(" and ", ", ")
    assert report[0].removeprefix("Imported").replace(" and ", ", ").startswith(whole)
    assert forecast[1:] == report[1:]


def test_a_truncated_file_is_imported_up_to_the_last_complete_post_and_then_refused(written: Written) -> None:
    whole = export(*(item(number, extra=comment(number)) for number in range(1, 121)))
    report, refusal = run_to_refusal(written(whole[: len(whole) // 2]))
    came = ArticlePage.objects.count()
    assert 40 < came < 80
    assert f"{came} articles" in report
    assert refusal.message.startswith("Line ")
    assert (
        f"/{ArticlePage.objects.order_by('-pk')[0].address}/"
        in Client().get("/search/", {"q": "words"}).content.decode()
    )
    assert f"{120 - came} articles" in run(written(whole))
    assert (ArticlePage.objects.count(), Comment.objects.count()) == (120, 120)


def test_another_import_at_the_same_time_is_refused(written: Written) -> None:
    with (settings.DATA / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ImportUnderWay, match="Another import is running"):
            run(written(export(item(1))))
    assert ArticlePage.objects.count() == 0
