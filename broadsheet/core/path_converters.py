"""The path converters of every route: each accepts exactly one spelling of a value, so that a page has one address.

Django's own `int` accepts 007, and a regular expression's `\\d` the digits of every script. Each further spelling that
leads to a page would be baked as a page of its own.
"""

from django.urls import register_converter


class Number:
    """A positive number that fits into 64 bits, without leading zeros."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return the digits."""
        return str(value)


class FurtherPage(Number):
    """The number of a page of a list from 2 on: the first page is the list itself."""

    regex = "(?:[2-9]|[1-9][0-9]{1,8})"


class Year(Number):
    """A year of four digits."""

    regex = "[12][0-9]{3}"


class Month(Number):
    """A month in two digits."""

    regex = "(?:0[1-9]|1[0-2])"

    def to_url(self, value: int) -> str:
        """Return two digits."""
        return f"{value:02d}"


class Day(Month):
    """A day of the month in two digits."""

    regex = "(?:0[1-9]|[12][0-9]|3[01])"


class Slug:
    """A slug in any script, as it is stored; other normal forms and cases of its letters are other slugs."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        """Return the slug."""
        return value

    def to_url(self, value: str) -> str:
        """Return the slug."""
        return value


class DatedSlug(Slug):
    """The address of an article: 2019/03/28/slug."""

    regex = "/".join([r"[0-9]{4}", Month.regex, Day.regex, Slug.regex])


CONVERTERS: dict[str, type[Number] | type[Slug]] = {
    "number": Number,
    "further": FurtherPage,
    "yyyy": Year,
    "mm": Month,
    "dd": Day,
    "word": Slug,
    "article": DatedSlug,
}


def register() -> None:
    """Register the converters under their names; called once, before the first route is read."""
    for name, converter in CONVERTERS.items():
        register_converter(converter, name)
