"""Pages baked by another version or with other options are purged at the start."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from broadsheet.command import build_fingerprint
from broadsheet.config.options import load_options
from broadsheet.pagecache.models import Purge
from tests.command.papers import Paper, serving, wait_until


def test_no_page_contains_the_old_base_url_after_it_was_changed(paper: Paper) -> None:
    paper.add_option('base_url = "http://old.example/"')
    paper.add_option('extra_hosts = "127.0.0.1"')
    with serving(paper) as running:
        wait_until(lambda: "http://old.example/" in running.get("/feed/")[1])
        file = paper.folder / "baked/pages/feed/index.xml"
        wait_until(lambda: running.get("/feed/")[0] == 200 and file.exists())
        assert running.end() == 0
    with serving(paper) as running:
        assert file.exists(), "nothing has changed since"
        assert running.end() == 0
    options = paper.folder / "broadsheet.toml"
    options.write_text(options.read_text().replace("old.example", "new.example"))
    with serving(paper) as running:
        assert "http://new.example/" in running.get("/feed/")[1]
        assert "old.example" not in running.get("/feed/")[1]


@pytest.fixture
def package(tmp_path: Path, settings: Settings) -> Path:
    """A package with a template, and a data folder."""
    settings.DATA = tmp_path / "paper"
    settings.BAKED_PAGES = settings.DATA / "baked"
    settings.OPTIONS = load_options(data=settings.DATA)
    settings.DATA.mkdir()
    (tmp_path / "package" / "templates").mkdir(parents=True)
    (tmp_path / "package" / "templates" / "base.html").write_text("<!doctype html>")
    return tmp_path / "package"


def test_the_fingerprint_depends_on_every_file_and_on_the_options_on_pages(package: Path, settings: Settings) -> None:
    fingerprints = {build_fingerprint.build_fingerprint(package)}
    (package / "models.py").touch()
    fingerprints.add(build_fingerprint.build_fingerprint(package))
    (package / "templates" / "base.html").write_text("<!DOCTYPE html>")
    os.utime(package / "templates" / "base.html", ns=(1, 1))
    fingerprints.add(build_fingerprint.build_fingerprint(package))
    settings.OPTIONS = load_options(data=settings.DATA, demo=True)
    fingerprints.add(build_fingerprint.build_fingerprint(package))
    assert len(fingerprints) == 4
    (package / "models.pyc").touch()  # which Python writes by itself
    assert build_fingerprint.build_fingerprint(package) in fingerprints


@pytest.mark.django_db
def test_a_new_node_does_not_purge_the_pages_of_the_others(package: Path, settings: Settings) -> None:
    before = Purge.objects.count()
    build_fingerprint.purge_after_build_change()
    build_fingerprint.purge_after_build_change()
    assert Purge.objects.count() == before
    settings.OPTIONS = load_options(data=settings.DATA, demo=True)
    build_fingerprint.purge_after_build_change()
    assert [purge.keys for purge in Purge.objects.order_by("pk")[before:]] == ["paper"]
    build_fingerprint.purge_after_build_change()
    assert Purge.objects.count() == before + 1
