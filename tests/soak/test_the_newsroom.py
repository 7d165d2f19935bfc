"""The campaign over what readers see of the newsroom's pages: by `make soak` ≥ 10,000 steps on either database."""

from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from broadsheet.newsroom import actions
from broadsheet.newsroom.models.visibility import TRIGGERS
from broadsheet.newsroom.wagtail_hooks import hide_restricted_page
from broadsheet.pagecache import actions as pagecache
from tests.campaigns import calm, is_soak, parts, tell_stories
from tests.soak.newsroom_machine import NewsroomMachine

CALM = calm(20)
PARTS = parts(10)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_readers_see_exactly_the_pages_that_are_public(part: int) -> None:
    print(f"part {part}")
    tell_stories("newsroom", NewsroomMachine, CALM, full=10_000 // len(PARTS))


def nothing(*_: object, **__: object) -> None:
    """A guard that is asleep."""


def drop(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what takes a trigger out."""
    [trigger] = [trigger for trigger in TRIGGERS if trigger.name == name]

    def take_out(_: pytest.MonkeyPatch) -> None:
        with connection.cursor() as cursor:
            cursor.execute(trigger.drop(connection.vendor))

    return take_out


# What is taken out, and how. The roads that the machine takes do not fire the other triggers.
GUARDS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "an article follows its page": drop("article_public_page"),
    "an article is public once it has been published": drop("article_public_own"),
    "an article follows a restriction": drop("article_public_restricted"),
    "an article follows the end of a restriction": drop("article_public_released"),
    "an article that leaves is purged": drop("purge_left_article"),
    "a page that leaves is purged": drop("purge_left_page"),
    "purges of triggers are applied at once": lambda patch: patch.setattr(pagecache, "_fire_triggers", frozenset()),
    "an article that joins is purged": lambda patch: patch.setattr(actions, "purge_article", nothing),
    "a restricted page is not served": lambda patch: patch.setattr(hide_restricted_page, "__code__", nothing.__code__),
}
TRIED = list(GUARDS) if is_soak() else list(GUARDS)[:1]


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.django_db
@pytest.mark.parametrize("guard", TRIED)
def test_the_campaign_fails_without(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS[guard](monkeypatch)
    hasty = settings(CALM, max_examples=200, phases=[Phase.generate], database=None, print_blob=False)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(NewsroomMachine, settings=hasty)
