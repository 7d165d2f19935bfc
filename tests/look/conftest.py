"""A reader's window at the paper, with scripts and without, and a reviewer's."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser

from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import ArticlePage
from tests.factories.accounts import signed_in
from tests.look.browsing import Visit
from tests.look.papers import rich_article


@pytest.fixture
def article(db: None) -> ArticlePage:
    return rich_article()


@pytest.fixture
def visit(browser: Browser, client: Client) -> Iterator[Visit]:
    with browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}) as context:
        yield Visit(context, client)


@pytest.fixture
def plain_visit(browser: Browser, client: Client) -> Iterator[Visit]:
    with browser.new_context(locale="en-GB", java_script_enabled=False) as context:
        yield Visit(context, client)


@pytest.fixture
def desk_visit(browser: Browser, db: None) -> Iterator[Visit]:
    with browser.new_context(locale="en-GB", color_scheme="dark", viewport={"width": 390, "height": 800}) as context:
        yield Visit(context, signed_in(Role.REVIEWER, Role.CHIEF_REVIEWER))
