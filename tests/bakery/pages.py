"""Pages for the tests of the bakery, and what the disk has of them."""

from typing import Any

from broadsheet.bakery.pages import Page
from broadsheet.bakery.store import Store

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def page(path: str = "/harbour/", body: bytes = b"The tide has gone out. " * 40, *keys: str, **fields: Any) -> Page:
    """A page with these keys."""
    return Page(path, body, HTML, frozenset(keys), **fields)


def put(store: Store, *pages: Page) -> None:
    """Stores pages that did not go stale meanwhile."""
    for each in pages:
        assert store.put(each, is_stale=lambda: False)


def is_baked(store: Store, path: str) -> bool:
    """Whether the page of a path lies on the disk."""
    return any(file.exists() for file in store.files.of(path))


def has_stale_copy(store: Store, path: str) -> bool:
    """Whether the stale copy of a path lies on the disk."""
    return any(file.exists() for file in store.files.stale_of(path))


def bodies(store: Store, path: str) -> dict[str, bytes] | None:
    """The bodies of a stored page by content coding; None where there is no page, or a damaged one."""
    stored = store.get(store.files.of(path)[0])
    return stored.bodies() if stored else None
