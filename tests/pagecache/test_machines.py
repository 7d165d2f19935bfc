"""Several machines: who has to confirm a purge, who is late, and who is struck off the list."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from broadsheet.accounts.states import Role
from broadsheet.pagecache import actions
from broadsheet.pagecache.models import KEPT_FOR, Effect, Node, Purge
from broadsheet.pagecache.position import Position
from broadsheet.pagecache.surrogates import EVERYTHING
from tests.factories import accounts, newsroom
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader

pytestmark = pytest.mark.django_db
needs_postgres = pytest.mark.postgres  # which several machines need


@pytest.fixture
def reader(reader: Reader) -> Reader:
    """A paper of which nothing was purged yet."""
    Purge.objects.all().delete()
    return reader


def told(command: str, *words: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(command, *words, stdout=out)
    return out.getvalue()


def another(name: str = "second", seen: Position | None = None) -> Node:
    """A machine that has seen everything up to now, or up to another moment."""
    return Node.objects.create(name=name, seen=str(seen or Purge.objects.position()), heard_at=timezone.now())


@needs_postgres
def test_a_machine_is_behind_until_it_has_seen_what_was_purged(reader: Reader) -> None:
    node = another(seen=Position(1, 1))
    assert actions.lagging_nodes() == []  # nothing was purged that it could have missed
    Purge.objects.write({"section:1"}, Effect.REMOVED)
    assert actions.lagging_nodes() == [node]
    Purge.objects.all().delete()
    assert actions.lagging_nodes() == []


@needs_postgres
def test_this_machine_is_not_waited_for_and_leaves_the_list_when_it_ends(reader: Reader, committed: Committing) -> None:
    actions.catch_up()
    actions.heartbeat()
    assert Node.objects.get().name == actions.store().node()
    with committed():
        actions.purge("section:1")
    assert actions.lagging_nodes(patience=0.05) == []
    actions.deregister()
    assert not Node.objects.exists()


def test_where_there_is_one_machine_nobody_is_listed_and_nobody_waited_for(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.models.is_shared", lambda: False)
    actions.catch_up()
    actions.heartbeat()
    assert not Node.objects.exists()
    another()
    assert actions.lagging_nodes(patience=60) == []


@needs_postgres
def test_the_desk_names_the_machine_that_is_behind(reader: Reader) -> None:
    client = accounts.signed_in(Role.REVIEWER)
    assert "Purge pending" not in client.get("/desk/").content.decode()
    another("web-2 <b>", seen=Position(1, 1))
    Purge.objects.write({"section:1"}, Effect.REMOVED)
    shown = client.get("/desk/").content.decode()
    assert "Purge pending" in shown
    assert "web-2 &lt;b&gt;, last heard of" in shown


def test_the_desk_opens_where_the_folder_of_baked_pages_is_broken(reader: Reader, settings: Settings) -> None:
    settings.BAKED_PAGES.parent.mkdir(exist_ok=True)
    settings.BAKED_PAGES = settings.BAKED_PAGES.with_name("a-file")
    settings.BAKED_PAGES.write_text("where a folder should be")
    assert accounts.signed_in(Role.REVIEWER).get("/desk/").status_code == 200


def test_a_machine_that_will_not_come_back_can_be_forgotten(reader: Reader) -> None:
    another()
    assert "second  last heard of" in told("forget_machine")
    assert "second is forgotten" in told("forget_machine", "second")
    assert not Node.objects.exists()
    with pytest.raises(CommandError, match="no machine “second”"):
        told("forget_machine", "second")


def test_a_machine_that_was_silent_for_as_long_as_the_log_is_kept_is_forgotten(reader: Reader) -> None:
    another("quiet")
    Node.objects.update(heard_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    another("well")
    told("tidy_baked_pages")
    assert [node.name for node in Node.objects.all()] == ["well"]


def test_old_purges_go_and_the_last_of_all_stays(reader: Reader) -> None:
    for key in ("a:1", "a:2"):
        Purge.objects.write({key}, Effect.REMOVED)
    Purge.objects.update(made_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    told("tidy_baked_pages")
    assert [purge.keys for purge in Purge.objects.all()] == ["a:2"]


def test_what_was_carried_out_at_once_is_not_carried_out_again(reader: Reader, committed: Committing) -> None:
    actions.catch_up()
    with committed():
        actions.purge("section:1")
    assert actions.catch_up() == 0


def test_what_a_killed_process_left_undone_is_carried_out(reader: Reader) -> None:
    actions.store().note_seen(Position.after(0))
    actions.purge("section:1")  # and the process is no more before it could remove anything
    assert actions.catch_up() == 1


def test_a_renewal_of_very_many_pages_is_left_to_the_worker_and_a_removal_is_not(
    reader: Reader, committed: Committing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.actions.AT_ONCE", 1)
    paths = [f"/{newsroom.article(title=f'Tide {number}').address}/" for number in range(2)]
    actions.catch_up()
    assert {reader.get(path).status for path in paths} == {200}
    with committed():
        actions.soft_purge(EVERYTHING)
    assert all(map(reader.is_baked, paths)), "whoever published has waited for it"
    actions.store().note_seen(Position.after(0))  # the worker is in another transaction, which has not seen this one
    assert actions.catch_up() > 0
    assert not any(map(reader.is_baked, paths))
    assert {reader.get(path).status for path in paths} == {200}
    with committed():
        actions.purge(EVERYTHING)
    assert not any(map(reader.is_baked, paths))
