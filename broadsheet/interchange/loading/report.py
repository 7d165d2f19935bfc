"""The report of an import: counts, and the sentences in which the operator reads them."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

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
    REDIRECTS = "old address that leads to its article or page|old addresses that lead to their articles and pages"


class Existing(StrEnum):
    """Records that an earlier run imported."""

    ARTICLES = "article|articles"
    PAGES = "page|pages"
    COMMENTS = "comment|comments"


class Skipped(StrEnum):
    """Records that were left out, with the reason."""

    TRASHED = "post in the trash|posts in the trash"
    OTHER_KIND = "item of another kind (menu, revision, plugin)|items of other kinds (menus, revisions, plugins)"
    PINGBACKS = "pingback or trackback|pingbacks and trackbacks"
    OTHER_COMMENTS = "comment of a plugin's own kind|comments of plugins' own kinds"
    ON_PAGES = (
        "comment on a page, where there is no readers' column|comments on pages, where there is no readers' column"
    )
    ON_NOTHING = "comment on something that did not come in|comments on things that did not come in"
    EMPTY = "comment without words|comments without words"
    REPEATED = "item or comment that stands twice in the file|items or comments that stand twice in the file"
    LONG_PATHS = "old address too long to lead anywhere|old addresses too long to lead anywhere"


class Changed(StrEnum):
    """Imported records that differ from their source."""

    TITLES = "headline was too long and is shortened|headlines were too long and are shortened"
    DECKS = "excerpt was too long for a deck and is shortened|excerpts were too long for decks and are shortened"
    NAMES = "name was too long and is shortened|names were too long and are shortened"
    UNTITLED = (
        "post had no title and is called by its first words|posts had no title and are called by their first words"
    )
    WEBSITES = "commenter's web site is none that can be linked|commenters' web sites are none that can be linked"
    UNDATED = "post had no date and has today's|posts had no date and have today's"
    UNDATED_COMMENTS = "comment had no date and has its article's|comments had no date and have their articles'"
    ORPHANED = (
        "answer stands by itself, because what it answers is not here"
        "|answers stand by themselves, because what they answer is not here"
    )
    NAMELESS = "comment had no name and is by “Anonymous”|comments had no name and are by “Anonymous”"


@dataclass
class Report:
    """The counts of one run."""

    is_dry: bool = False
    title: str = ""
    imported: Counter[Imported] = field(default_factory=Counter)
    existing: Counter[Existing] = field(default_factory=Counter)
    skipped: Counter[Skipped] = field(default_factory=Counter)
    changed: Counter[Changed] = field(default_factory=Counter)
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
        begin = "Would come in" if self.is_dry else "Came in"
        site = f" from {self.title}" if self.title else ""
        first = f"{begin}{site}: {imported}." if imported else f"Nothing new{site}."
        return [first, *self._existing(), *self._skipped(), *self._changed(), *self._missing()]

    def _existing(self) -> list[str]:
        existing = _list(Existing, self.existing)
        return [f"Came in earlier and was left as it is: {existing}."] if existing else []

    def _skipped(self) -> list[str]:
        skipped = _list(Skipped, self.skipped)
        return [f"Left out: {skipped}."] if skipped else []

    def _changed(self) -> list[str]:
        return [f"Note: {_counted(kind, count)}." for kind, count in sorted(self.changed.items())]

    def _missing(self) -> list[str]:
        if not self.missing:
            return []
        more = self.missing - len(self.missing_named)
        verb = "picture is" if self.missing == 1 else "pictures are"
        return [
            f"Missing: {self.missing:,} {verb} not among the files of --media. In a text, a link stands in the place:",
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
