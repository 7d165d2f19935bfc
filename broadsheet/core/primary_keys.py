"""Primary keys that are drawn and not counted (ADR 33)."""

import secrets

LEAST, MOST = 10**15, 9 * 10**15  # sixteen digits that JavaScript's numbers can hold


def draw_number() -> int:
    """Return a random number of sixteen digits, as the primary key of a row whose number people see.

    It tells neither how many rows there are nor when one was added. Of a million rows, two have the same number once in
    16,000 papers; the database then refuses the second.
    """
    return LEAST + secrets.randbelow(MOST - LEAST)
