"""A page server with an empty folder for each test."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from broadsheet.donations.models import DonationAppeal
from broadsheet.newsroom.models import Paper
from tests.pagecache.readers import Reader

Committing = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def reader(tmp_path: Path, settings: Settings, db: None) -> Reader:
    """A reader of a page server that has baked no page yet, of a paper with its settings."""
    settings.BAKED_PAGES = tmp_path / "baked"
    Paper.load()
    DonationAppeal.load()
    return Reader()


@pytest.fixture
def committed(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Committing:
    """A block whose effects on commit happen at its end, although the test's own transaction never commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
