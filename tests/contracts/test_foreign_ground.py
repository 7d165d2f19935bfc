"""The private and undocumented names of other packages that Broadsheet uses, checked against the installed versions.

After an upgrade this file shows at once which of them have gone or changed. A private name that is used and is not in
the table fails, and so does a row for a name that is no longer used.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from django.core.files.base import ContentFile
from django.db import models
from wagtail.users.models import UserProfile

from broadsheet.accounts.models import User
from broadsheet.newsroom.models import Author
from tests.contracts.tree import BUILDING, modules, tree

# Documented, in spite of the underscore, or Python's own.
ALLOWED = {"_meta", "_exit"}


class Foreign(NamedTuple):
    """A name of another package: its parameters, None for no function, the rooms that use it, and the reason."""

    name: str
    parameters: str | None
    rooms: str
    why: str


PRIVATE = [
    Foreign("django.db.models.Model._state", None, "interchange newsroom review", "to know a row that is not stored"),
    Foreign(
        "django.contrib.auth.models.UserManager._db", None, "accounts", "as Django's own user manager stores users"
    ),
    Foreign(
        "broadsheet.accounts.models.User._base_manager", None, "interchange newsroom", "rows whatever the manager hides"
    ),
    Foreign(
        "django.db.models.query.QuerySet._insert",
        "self objs fields returning_fields raw using on_conflict update_fields unique_fields",
        "newsroom",
        "bulk_create refuses models with multi-table inheritance",
    ),
    Foreign("django.db.models.query.QuerySet._raw_delete", "self using", "interchange", "deletes without signals"),
    *(
        Foreign(
            f"django.db.backends.sqlite3.base.DatabaseWrapper.{name}", "self", "core", "the queue of writers, ADR 6"
        )
        for name in ("_start_transaction_under_autocommit", "_commit", "_rollback", "_close")
    ),
    Foreign("treebeard.mp_tree.MP_Node._str2int", "num", "newsroom", "places of imported pages in the tree"),
    Foreign("treebeard.mp_tree.MP_Node._get_path", "path depth newstep", "newsroom", "places of imported pages"),
    Foreign("treebeard.mp_tree.MP_Node._get_children_path_interval", "path", "newsroom", "children of a page by path"),
    Foreign("wagtail.models.Page._slug_is_available", "slug parent_page page", "newsroom", "a number for a taken slug"),
    Foreign("wagtail.models.ReferenceIndex._get_content_path_hash", "content_path", "interchange", "bulk references"),
    Foreign(
        "wagtail.models.ReferenceIndex._extract_references_from_object", "object", "interchange", "bulk references"
    ),
    Foreign(
        "wagtail.images.models.AbstractImage._set_image_file_metadata", "self", "newsroom", "closes the file it opens"
    ),
    Foreign("django.db.models.fields.files.FieldFile._committed", None, "newsroom", "to know a file that is new"),
    *(
        Foreign(f"modelsearch.backends.database.{name}._refresh_title_norms", "self full", "newsroom", "ADR 23")
        for name in ("sqlite.sqlite.SQLiteIndex", "postgres.postgres.PostgresIndex")
    ),
    Foreign("lxml.etree._Element", None, "interchange newsroom", "the type of an element, for annotations"),
]
UNDOCUMENTED = [
    Foreign("django.db.models.options.Options.local_concrete_fields", None, "newsroom", "columns of imported pages"),
    *(
        Foreign(
            f"django.db.backends.{name}.operations.DatabaseOperations.bulk_batch_size",
            "self fields objs",
            "newsroom",
            "",
        )
        for name in ("sqlite3", "postgresql")
    ),
    Foreign("django.utils.dateformat.DateFormat.a", "self", "core", "“am” instead of “a.m.”"),
    Foreign("django.utils.dateformat.DateFormat.T", "self", "core", "the zone in the hour that comes twice"),
    Foreign("django.http.request.split_domain_port", "host", "config", "hosts are checked before Django"),
    Foreign("django.http.request.validate_host", "host allowed_hosts", "config", "hosts are checked before Django"),
    Foreign("modelsearch.backends.database.SearchBackend", "params", "newsroom", "ADR 23"),
    Foreign("modelsearch.index.get_indexed_models", "", "demo", "the demo is indexed once, at its end"),
    Foreign("modelsearch.signal_handlers.post_save_signal_handler", "instance kwargs", "demo", "indexed once"),
    Foreign("wagtail.signal_handlers.disable_reference_index_auto_update", "", "demo", "indexed once"),
    Foreign("wagtail.images.models.IMAGE_FORMAT_EXTENSIONS", None, "newsroom", "names of renditions"),
    Foreign("wagtail.images.models.AbstractImage.generate_rendition_file", "self filter source", "newsroom", "ADR 10"),
    Foreign("wagtail.images.models.AbstractImage.create_rendition", "self filter", "newsroom", "a full disk, ADR 10"),
    Foreign("wagtail.images.fields.WagtailImageField.check_image_file_size", "self f", "newsroom", "before decoding"),
    Foreign(
        "wagtail.images.utils.generate_signature", "image_id filter_spec key", "newsroom", "addresses of renditions"
    ),
    Foreign("wagtail.users.models.UserProfile.get_preferred_language", "profile", "newsroom", "replaced by ours"),
    Foreign("wagtail.users.models.UserProfile.get_current_time_zone", "profile", "newsroom", "replaced by ours"),
    Foreign("granian.server.Server.serve", "self spawn_target target_loader wrap_loader", "command", "the server"),
]


def resolved(name: str) -> Any:
    """Return the object of a dotted name, or raise AttributeError."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


# Set on each object and not on its class: shown by behaviour below.
ON_INSTANCES = {"_state", "_db", "_committed"}


def imported_on(foreign: Foreign) -> list[pytest.MarkDecorator]:
    """Return the mark of a name that can only be imported where the paper's database is SQLite."""
    return [pytest.mark.sqlite] if "SQLite" in foreign.name else []


@pytest.mark.parametrize(
    "foreign",
    [pytest.param(foreign, marks=imported_on(foreign), id=foreign.name) for foreign in [*PRIVATE, *UNDOCUMENTED]],
)
def test_the_installed_version_has_the_name_with_these_parameters(foreign: Foreign) -> None:
    if foreign.name.rpartition(".")[2] in ON_INSTANCES:
        return
    found = resolved(foreign.name)
    if foreign.parameters is not None:
        assert list(inspect.signature(found).parameters) == foreign.parameters.split()


@pytest.mark.parametrize("foreign", UNDOCUMENTED, ids=lambda foreign: foreign.name)
def test_an_undocumented_name_is_used_where_the_table_says(foreign: Foreign) -> None:
    name = re.compile(rf"\b{foreign.name.rpartition('.')[2]}\b")
    for room in foreign.rooms.split():
        assert any(name.search(path.read_text()) for path in modules() if path.is_relative_to(BUILDING / room)), room


def test_a_row_knows_whether_it_is_stored() -> None:
    author = Author(name="Ida Holm")
    assert (author._state.adding, author._state.db) == (True, None)


def test_a_manager_knows_its_database() -> None:
    assert User.objects._db is None
    assert User.objects.db_manager("default")._db == "default"


def test_a_file_knows_whether_it_is_stored() -> None:
    profile = UserProfile(avatar="ida.jpg")
    assert profile.avatar._committed
    profile.avatar = ContentFile(b"", name="ida.jpg")
    assert not profile.avatar._committed


@pytest.mark.django_db
def test_the_base_manager_inserts_rows_as_they_are() -> None:
    fields = Author._meta.local_concrete_fields
    Author._base_manager._insert([Author(pk=7, name="Ida Holm", slug="ida-holm")], fields=fields, raw=True)
    assert Author.objects.get().name == "Ida Holm"


class Use(NamedTuple):
    """A private name of another package, used in a room."""

    room: str
    name: str


def private_uses(module: ast.Module) -> Iterator[str]:
    """Yield the private names in a module that it does not define itself, or that it takes from its base class."""
    own = set(defined(module))
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("broadsheet"):
            yield from (part for part in (node.module or "").split(".") if is_private(part))
            yield from (alias.name for alias in node.names if is_private(alias.name))
        if isinstance(node, ast.Attribute) and is_private(node.attr) and is_foreign(node, own):
            yield node.attr


def is_foreign(node: ast.Attribute, own: set[str]) -> bool:
    return node.attr not in own or ast.unparse(node.value) == "super()"


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in ALLOWED


def defined(module: ast.Module) -> Iterator[str]:
    """Yield each name that a module gives to a function, class, variable or attribute of its own objects."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            yield node.attr


def overrides(module: ModuleType, own: set[str]) -> Iterator[str]:
    """Yield the private names of the module's classes that a base class of another package has too.

    Only names in the source of the module count: Django and Wagtail write others into each class that is made.
    """
    for kind in vars(module).values():
        if isinstance(kind, type) and kind.__module__ == module.__name__:
            foreign = [base for base in kind.__mro__ if not base.__module__.startswith("broadsheet")]
            private = {name for name in vars(kind) if is_private(name)} & own
            yield from (name for name in private if any(name in vars(base) for base in foreign))


def test_every_private_name_of_another_package_is_in_the_table() -> None:
    uses = {Use(room_of(path), name) for path in modules() for name in private_uses(tree(path))}
    rows = {Use(room, foreign.name.rpartition(".")[2]) for foreign in PRIVATE for room in foreign.rooms.split()}
    assert sorted(uses - rows) == [], "used, and not in the table"
    assert sorted(rows - uses) == [], "in the table, and no longer used"


def room_of(path: Path) -> str:
    return path.relative_to(BUILDING).parts[0]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("page._get_path(1)", ["_get_path"]),
        ("from django.db import _x", ["_x"]),
        ("from django._private import x", ["_private"]),
        ("class A(B):\n    def _close(self):\n        super()._close()", ["_close"]),
        ("class A:\n    def _close(self):\n        self._close()", []),
        ("class A:\n    def __init__(self):\n        self._db = 1\n    def f(self):\n        return self._db", []),
        ("page._meta.pk", []),
        ("from broadsheet.core import _x", []),
    ],
)
def test_a_private_name_is_found(source: str, names: list[str]) -> None:
    assert list(private_uses(ast.parse(source))) == names


def test_no_class_takes_a_private_name_of_its_base_by_accident() -> None:
    known = {foreign.name.rpartition(".")[2] for foreign in PRIVATE}
    taken = {
        f"{path}: {name}"
        for path in importable()
        for name in overrides(import_module(dotted(path)), set(defined(tree(path))))
        if name not in known
    }
    assert taken == set()


def importable() -> list[Path]:
    """Return all modules but those that read a paper's options, with the addresses registered."""
    import_module("broadsheet.newsroom.urls")
    return [path for path in modules() if not path.is_relative_to(BUILDING / "config") and path.stem != "__main__"]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(BUILDING.parent).with_suffix("").parts)


def test_an_override_is_found() -> None:
    class Wrapper(models.Manager[Any]):
        def _insert(self) -> None:
            """Take the name of a method of the base class."""

    module = ModuleType("broadsheet.sample")
    Wrapper.__module__ = module.__name__
    module.__dict__["Wrapper"] = Wrapper
    assert list(overrides(module, {"_insert"})) == ["_insert"]
