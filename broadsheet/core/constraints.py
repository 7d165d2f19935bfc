"""Tell which of a model's constraints an IntegrityError is about, so that no other one passes for it."""

from typing import Any

from django.db import IntegrityError, models


def violates(error: IntegrityError, model: type[models.Model], name: str) -> bool:
    """Return whether an error is the violation of a model's UniqueConstraint on plain fields, given by its name.

    PostgreSQL names the constraint. SQLite names only its columns, so these are compared as SQLite writes them
    (sqlite3 sets no other detail). Raises StopIteration for a name that the model does not have.
    """
    constraint = next(
        item for item in model._meta.constraints if isinstance(item, models.UniqueConstraint) and item.name == name
    )
    cause = error.__cause__
    diagnostics = getattr(cause, "diag", None)
    if diagnostics is not None:
        return bool(diagnostics.constraint_name == constraint.name)
    fields: list[Any] = [model._meta.get_field(field) for field in constraint.fields]
    columns = (f"{model._meta.db_table}.{field.column}" for field in fields)
    return str(cause) == f"UNIQUE constraint failed: {', '.join(columns)}"
