"""The report of an import: counts, and the sentences in which the operator reads them."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from broadsheet.interchange.blocks import Loss

LISTED = 20

Kind = TypeVar("Kind", bound=StrEnum)


class Imported(StrEnum):
    """New objects of the paper; each value has the singular and the plural."""

    ARTICLES = "article|articles"
    DRAFTS = "draft article|draft articles"
    PAGES = "page|pages"
    SECTIONS = "section|sections"
    AUTHORS = "author|authors"
    TAGS = "tag|tags"
    PICTURES = "picture|pictures"
    PUBLISHED = "published comment|published comments"
    PENDING = "comment waiting for review|comments waiting for review"
    DECLINED = "declined comment|declined comments"
    REDIRECTS = "redirect from an old address|redirects from old addresses"


class Existing(StrEnum):
    """Records that an earlier run imported."""

    ARTICLES = "article|articles"
    PAGES = "page|pages"
    COMMENTS = "comment|comments"


class Skipped(StrEnum):
    """Records that were left out, with the reason."""

    TRASHED = "item in the trash|items in the trash"
    OTHER_KIND = "item of another kind (menu, revision, plugin)|items of other kinds (menus, revisions, plugins)"
    PINGBACKS = "pingback or trackback|pingbacks and trackbacks"
    OTHER_COMMENTS = "comment added by a plugin|comments added by plugins"
    ON_PAGES = "comment on a page, which has no readers' column|comments on pages, which have no readers' column"
    ON_NOTHING = "comment on an item that was not imported|comments on items that were not imported"
    EMPTY = "empty comment|empty comments"
    REPEATED = "duplicate item or comment|duplicate items or comments"
    LONG_PATHS = "old address that is too long for a redirect|old addresses that are too long for redirects"


class Changed(StrEnum):
    """Imported records that differ from their source."""

    TITLES = "headline was too long and was shortened|headlines were too long and were shortened"
    DECKS = "excerpt was too long for a deck and was shortened|excerpts were too long for decks and were shortened"
    NAMES = "name was too long and was shortened|names were too long and were shortened"
    UNTITLED = (
        "item had no title and was named after its first words"
        "|items had no title and were named after their first words"
    )
    WEBSITES = (
        "commenter's website address was invalid and was removed"
        "|commenters' website addresses were invalid and were removed"
    )
    UNDATED = "item had no date and was given today's|items had no date and were given today's"
    UNDATED_COMMENTS = (
        "comment had no date and was given its article's|comments had no date and were given their articles'"
    )
    ORPHANED = (
        "reply is shown on its own, because the comment it replies to is missing"
        "|replies are shown on their own, because the comments they reply to are missing"
    )
    NAMELESS = "comment had no name and is shown as by “Anonymous”|comments had no name and are shown as by “Anonymous”"


@dataclass
class Report:
    """The counts of one run."""

    is_dry: bool = False
    title: str = ""
    imported: Counter[Imported] = field(default_factory=Counter)
    existing: Counter[Existing] = field(default_factory=Counter)
    skipped: Counter[Skipped] = field(default_factory=Counter)
    changed: Counter[Changed] = field(default_factory=Counter)
    lost: Counter[Loss] = field(default_factory=Counter)
    missing: int = 0
    missing_named: list[str] = field(default_factory=list)

    def add_missing(self, picture: str, article: str) -> None:
        """Count a picture whose file is missing, and keep its name for the first LISTED of them."""
        self.missing += 1
        if len(self.missing_named) < LISTED:
            self.missing_named.append(f"{picture} in “{article}”")

    @property
    def articles(self) -> int:
        """The number of imported articles and pages."""
        return sum(self.imported[kind] for kind in (Imported.ARTICLES, Imported.DRAFTS, Imported.PAGES))

    @property
    def comments(self) -> int:
        """The number of imported comments."""
        return sum(self.imported[kind] for kind in (Imported.PUBLISHED, Imported.PENDING, Imported.DECLINED))

    def lines(self) -> list[str]:
        """Return the lines of the report."""
        imported = _list(Imported, self.imported)
        begin = "Would be imported" if self.is_dry else "Imported"
        site = f" from {self.title}" if self.title else ""
        first = f"{begin}{site}: {imported}." if imported else f"Nothing new{site}."
        return [first, *self._existing(), *self._skipped(), *self._lost(), *self._changed(), *self._missing()]

    def _existing(self) -> list[str]:
        existing = _list(Existing, self.existing)
        return [f"Imported earlier and left unchanged: {existing}."] if existing else []

    def _skipped(self) -> list[str]:
        skipped = _list(Skipped, self.skipped)
        return [f"Left out: {skipped}."] if skipped else []

    def _lost(self) -> list[str]:
        lost = _list(Loss, self.lost)
        return [f"Not as in the texts of the source: {lost}."] if lost else []

    def _changed(self) -> list[str]:
        return [f"Note: {_counted(kind, count)}." for kind, count in sorted(self.changed.items())]

    def _missing(self) -> list[str]:
        if not self.missing:
            return []
        more = self.missing - len(self.missing_named)
        verb = "picture is" if self.missing == 1 else "pictures are"
        return [
            f"Missing: {self.missing:,} {verb} not in the --media folder. In a text, a link takes its place:",
            *(f"  {name}" for name in self.missing_named),
            *([f"  and {more:,} more"] if more else []),
        ]


def _list(kinds: type[Kind], counts: Counter[Kind]) -> str:
    """Return the counts as an enumeration, in the order of the enum."""
    return _joined([_counted(kind, counts[kind]) for kind in kinds if counts[kind]])


def _counted(kind: StrEnum, count: int) -> str:
    singular, _, plural = kind.value.partition("|")
    return f"{count:,} {singular if count == 1 else plural}"


def _joined(items: list[str]) -> str:
    return ", ".join(items[:-1]) + (" and " if len(items) > 1 else "") + items[-1] if items else ""
