"""What another version of the paper, or other options, have made is not shown by this one."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from broadsheet.command import build_fingerprint
from broadsheet.config.options import load_options
from broadsheet.pagecache.models import Purge
from tests.command.papers import Paper, served, wait_until


def test_after_a_change_of_the_address_no_page_names_the_old_one(paper: Paper) -> None:
    paper.add_option('base_url = "http://old.example/"')
    paper.add_option('extra_hosts = "127.0.0.1"')
    with served(paper) as running:
        wait_until(lambda: "http://old.example/" in running.get("/feed/")[1])
        file = paper.folder / "baked/pages/feed/index.xml"
        wait_until(lambda: running.get("/feed/")[0] == 200 and file.exists())
        assert running.end() == 0
    with served(paper) as running:
        assert file.exists(), "nothing has changed since"
        assert running.end() == 0
    options = paper.folder / "broadsheet.toml"
    options.write_text(options.read_text().replace("old.example", "new.example"))
    with served(paper) as running:
        assert "http://new.example/" in running.get("/feed/")[1]
        assert "old.example" not in running.get("/feed/")[1]


@pytest.fixture
def package(tmp_path: Path, settings: Settings) -> Path:
    """Some files from which pages are made, and a paper's data folder."""
    settings.DATA = tmp_path / "paper"
    settings.BAKED_PAGES = settings.DATA / "baked"
    settings.OPTIONS = load_options(data=settings.DATA)
    settings.DATA.mkdir()
    (tmp_path / "package" / "templates").mkdir(parents=True)
    (tmp_path / "package" / "templates" / "base.html").write_text("<!doctype html>")
    return tmp_path / "package"


def test_pages_are_made_with_every_file_and_with_the_options_that_they_show(package: Path, settings: Settings) -> None:
    seen = {build_fingerprint.build_fingerprint(package)}
    (package / "models.py").touch()
    seen.add(build_fingerprint.build_fingerprint(package))
    (package / "templates" / "base.html").write_text("<!DOCTYPE html>")
    os.utime(package / "templates" / "base.html", ns=(1, 1))
    seen.add(build_fingerprint.build_fingerprint(package))
    settings.OPTIONS = load_options(data=settings.DATA, demo=True)
    seen.add(build_fingerprint.build_fingerprint(package))
    assert len(seen) == 4
    (package / "models.pyc").touch()  # which Python writes by itself
    assert build_fingerprint.build_fingerprint(package) in seen


@pytest.mark.django_db
def test_a_machine_that_is_new_to_the_paper_leaves_the_pages_of_the_others_alone(
    package: Path, settings: Settings
) -> None:
    before = Purge.objects.count()
    build_fingerprint.purge_after_build_change()
    build_fingerprint.purge_after_build_change()
    assert Purge.objects.count() == before
    settings.OPTIONS = load_options(data=settings.DATA, demo=True)
    build_fingerprint.purge_after_build_change()
    assert [purge.keys for purge in Purge.objects.order_by("pk")[before:]] == ["paper"]
    build_fingerprint.purge_after_build_change()
    assert Purge.objects.count() == before + 1
