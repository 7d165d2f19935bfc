"""The use of each limit so far."""

from django.db import connection, models

# One more use moves `used_until` on by an interval: from where it is or, if that is past, from now. It may be a period
# ahead at most. Further ahead, the clock has been set back since: then nothing counts as used.
TAKE = """
INSERT INTO {table} AS used (key, used_until) VALUES (%(key)s, %(now)s + %(interval)s)
ON CONFLICT (key) DO UPDATE SET used_until = {start} + %(interval)s
WHERE {start} + %(interval)s <= %(latest)s
RETURNING used_until
"""
START = "CASE WHEN used.used_until BETWEEN %(now)s AND %(latest)s THEN used.used_until ELSE %(now)s END"
ROUNDING = 0.001  # seconds


class AllowanceQuerySet(models.QuerySet["Allowance"]):
    """Allowances by key."""

    def take(self, key: str, *, now: float, interval: float, period: float) -> float | None:
        """Use an allowance once and return until when it is used, or None if the limit is reached. Times in seconds."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        statement = TAKE.format(table=table, start=START)
        values: dict[str, str | float] = {"key": key, "now": now, "interval": interval}
        values["latest"] = now + period + ROUNDING
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
            return row[0] if row else None

    def reached(self, key: str, *, now: float, interval: float, period: float) -> float | None:
        """Return until when an allowance is used if its limit is reached; None if it can be used. Times in seconds."""
        latest = now + period + ROUNDING
        used = self.filter(key=key, used_until__gt=latest - interval, used_until__lte=latest)
        return used.values_list("used_until", flat=True).first()


class Allowance(models.Model):
    """The use of a limit by a person or network (generic cell rate algorithm); after its time, a row is unused.

    `key` is a keyed digest of the limit and of the person or network; `used_until` is in seconds since 1970.
    """

    key = models.CharField(max_length=64, primary_key=True)
    used_until = models.FloatField(db_index=True)

    objects = AllowanceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"allowance used until {self.used_until:.0f}"
