"""Several nodes: which have to apply a purge, which lag, and which are removed from the list."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from broadsheet.accounts.states import Role
from broadsheet.bakery.snapshot import Snapshot
from broadsheet.pagecache import actions
from broadsheet.pagecache.keys import EVERYTHING
from broadsheet.pagecache.models import RETENTION, Effect, Node, Purge
from tests.factories import accounts, newsroom
from tests.pagecache.conftest import Committing
from tests.pagecache.readers import Reader

pytestmark = pytest.mark.django_db
needs_postgres = pytest.mark.postgres  # which several machines need


@pytest.fixture
def reader(reader: Reader) -> Reader:
    """A paper with an empty purge log."""
    Purge.objects.all().delete()
    return reader


def printed(command: str, *arguments: str) -> str:
    """The output of a command."""
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def another(name: str = "second", acknowledged: Snapshot | None = None) -> Node:
    """A node that has applied all purges up to now, or up to another snapshot."""
    return Node.objects.create(
        name=name, acknowledged=str(acknowledged or Purge.objects.snapshot()), heartbeat_at=timezone.now()
    )


@needs_postgres
def test_a_node_lags_until_it_has_applied_every_purge(reader: Reader) -> None:
    node = another(acknowledged=Snapshot(1, 1))
    assert actions.lagging_nodes() == []  # there is no purge that it could have missed
    Purge.objects.record({"section:1"}, Effect.HARD)
    assert actions.lagging_nodes() == [node]
    Purge.objects.all().delete()
    assert actions.lagging_nodes() == []


@needs_postgres
def test_this_machine_is_no_lagging_node_and_leaves_the_list_when_it_stops(
    reader: Reader, committed: Committing
) -> None:
    actions.catch_up()
    actions.heartbeat()
    assert Node.objects.get().name == actions.store().node_name()
    with committed():
        actions.purge("section:1")
    assert actions.lagging_nodes() == []
    actions.deregister()
    assert not Node.objects.exists()


def test_with_one_machine_no_node_is_listed_or_waited_for(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.pagecache.models.is_shared", lambda: False)
    actions.catch_up()
    actions.heartbeat()
    assert not Node.objects.exists()
    another()
    assert actions.lagging_nodes() == []


@needs_postgres
def test_the_desk_names_a_node_that_lags(reader: Reader) -> None:
    client = accounts.signed_in(Role.REVIEWER)
    assert "Purge pending" not in client.get("/desk/").content.decode()
    another("web-2 <b>", acknowledged=Snapshot(1, 1))
    Purge.objects.record({"section:1"}, Effect.HARD)
    shown = client.get("/desk/").content.decode()
    assert "Purge pending" in shown
    assert "web-2 &lt;b&gt;, time since it was last heard from: " in shown


def test_the_desk_opens_where_the_folder_of_baked_pages_is_broken(reader: Reader, settings: Settings) -> None:
    settings.BAKED_PAGES.parent.mkdir(exist_ok=True)
    settings.BAKED_PAGES = settings.BAKED_PAGES.with_name("a-file")
    settings.BAKED_PAGES.write_text("in place of a folder")
    assert accounts.signed_in(Role.REVIEWER).get("/desk/").status_code == 200


def test_a_node_that_will_not_come_back_can_be_forgotten(reader: Reader) -> None:
    another()
    assert "second  last heard from" in printed("forget_machine")
    assert "second is forgotten" in printed("forget_machine", "second")
    assert not Node.objects.exists()
    with pytest.raises(CommandError, match="no machine “second”"):
        printed("forget_machine", "second")


def test_a_node_that_was_silent_for_as_long_as_the_log_is_kept_is_forgotten(reader: Reader) -> None:
    another("quiet")
    Node.objects.update(heartbeat_at=timezone.now() - RETENTION - timedelta(minutes=1))
    another("well")
    printed("tidy_baked_pages")
    assert [node.name for node in Node.objects.all()] == ["well"]


def test_old_purges_are_deleted_but_for_the_last_of_all(reader: Reader) -> None:
    for key in ("a:1", "a:2"):
        Purge.objects.record({key}, Effect.HARD)
    Purge.objects.update(made_at=timezone.now() - RETENTION - timedelta(minutes=1))
    printed("tidy_baked_pages")
    assert [purge.keys for purge in Purge.objects.all()] == ["a:2"]


def test_a_purge_that_was_applied_at_once_is_not_applied_again(reader: Reader, committed: Committing) -> None:
    actions.catch_up()
    with committed():
        actions.purge("section:1")
    assert actions.catch_up() == 0


def test_a_purge_of_a_killed_process_is_applied(reader: Reader) -> None:
    actions.store().save_applied_snapshot(Snapshot.after(0))
    actions.purge("section:1")  # and the process is killed before it could remove a page
    assert actions.catch_up() == 1


def test_a_soft_purge_of_very_many_pages_is_left_to_the_worker_and_a_hard_purge_is_not(
    reader: Reader, committed: Committing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.pagecache.actions.MAX_SYNCHRONOUS", 1)
    paths = [f"/{newsroom.article(title=f'Tide {number}').address}/" for number in range(2)]
    actions.catch_up()
    assert {reader.get(path).status for path in paths} == {200}
    with committed():
        actions.soft_purge(EVERYTHING)
    assert all(map(reader.is_baked, paths)), "the editor has waited for it"
    actions.store().save_applied_snapshot(
        Snapshot.after(0)
    )  # the worker is in another transaction, which has not seen this one
    assert actions.catch_up() > 0
    assert not any(map(reader.is_baked, paths))
    assert {reader.get(path).status for path in paths} == {200}
    with committed():
        actions.purge(EVERYTHING)
    assert not any(map(reader.is_baked, paths))
