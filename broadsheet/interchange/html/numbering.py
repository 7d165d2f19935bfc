"""The numbers of the items of a list that does not count from one."""

import re

from lxml import etree

_NUMBER = re.compile(r"\s*(-?[0-9]{1,6})")


def numbers_of(listing: etree._Element) -> dict[etree._Element, int]:
    """Return the number of each item where it differs from a plain list's, and otherwise nothing."""
    items = [child for child in listing if child.tag == "li"]
    backwards = listing.get("reversed") is not None
    start = _number(listing.get("start"))
    if listing.tag != "ol" or not (backwards or start is not None or any(item.get("value") for item in items)):
        return {}
    step, number = (-1, len(items)) if backwards else (1, 1)
    number, numbers = number if start is None else start, {}
    for item in items:
        value = _number(item.get("value"))
        number = number if value is None else value
        numbers[item] = number
        number += step
    return {} if list(numbers.values()) == list(range(1, len(items) + 1)) else numbers


def _number(text: str | None) -> int | None:
    match = _NUMBER.match(text or "")
    return int(match[1]) if match else None
