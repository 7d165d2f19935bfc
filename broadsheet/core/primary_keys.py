"""Primary keys reserved in advance (ADR 22)."""

from django.db import connection, models


def reserve_ids(*model_classes: type[models.Model]) -> list[int]:
    """Return a new primary key for a row of each model, so that rows can refer to each other before they are stored.

    Call it in the transaction that stores the rows: on SQLite, its write lock keeps others from taking the same keys.
    """
    tables = [model._meta.db_table for model in model_classes]
    if connection.vendor == "postgresql":
        expression = "nextval(pg_get_serial_sequence(%s, 'id'))"
    else:
        expression = "1 + COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([expression] * len(tables))}", tables)
        return list(cursor.fetchone())
