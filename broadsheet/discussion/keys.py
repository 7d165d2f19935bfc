"""The surrogate keys of the readers' comments."""

from typing import Any

TERMS = "terms"  # the rules above each form


def thread_key(thread: Any) -> str:
    """Return the key of the pages that show a thread, given with its row or its primary key."""
    return f"thread:{thread if isinstance(thread, int) else thread.pk}"
