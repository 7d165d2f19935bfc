"""The report of an import: counts, and the sentences in which the operator reads them."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from broadsheet.interchange.blocks import Loss

LISTED = 200

Kind = TypeVar("Kind", bound=StrEnum)
_LINK = "In a text, a link takes its place"


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
class Named:
    """Things that are counted, and the names of the first LISTED of them."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count a thing."""
        self.count += 1
        if len(self.names) < LISTED:
            self.names.append(name)

    def lines(self, heading: str) -> list[str]:
        """Return the heading and the names; nothing if there are none."""
        more = self.count - len(self.names)
        rest = [f"  and {more:,} more"] if more else []
        return [heading, *(f"  {name}" for name in self.names), *rest] if self.count else []


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
    pictures_left_out: int = 0  # without a media folder
    pictures_added: int = 0  # to pages of an earlier run
    pages_completed: int = 0
    missing: Named = field(default_factory=Named)
    broken: Named = field(default_factory=Named)
    notes: list[str] = field(default_factory=list)

    def add_missing(self, picture: str, article: str) -> None:
        """Count a picture whose file is missing."""
        self.missing.add(f"{picture} in “{article}”")

    def add_broken(self, path: str, article: str) -> None:
        """Count a picture whose file cannot be shown."""
        self.broken.add(f"{path} in “{article}”")

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
        parts = (self._completed, self._existing, self._skipped, self._lost, self._changed, self._pictures)
        return [first, *(line for part in parts for line in part())]

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
        changes = [f"{_counted(kind, count)}." for kind, count in sorted(self.changed.items())]
        return [f"Note: {note}" for note in (*changes, *self.notes)]

    def _completed(self) -> list[str]:
        if not self.pages_completed:
            return []
        pages = "article or page" if self.pages_completed == 1 else "articles and pages"
        pictures = "picture" if self.pictures_added == 1 else "pictures"
        verb = "Would be added" if self.is_dry else "Added"
        return [f"{verb} to {self.pages_completed:,} {pages} imported earlier: {self.pictures_added:,} {pictures}."]

    def _pictures(self) -> list[str]:
        lines = []
        if self.pictures_left_out:
            pictures = "picture" if self.pictures_left_out == 1 else "pictures"
            lines.append(
                f"Left out: {self.pictures_left_out:,} {pictures}, for want of a --media folder. In a text, a link "
                "takes the place of each. A later run with --media adds them."
            )
        missing = "picture is" if self.missing.count == 1 else "pictures are"
        broken = "file is" if self.broken.count == 1 else "files are"
        lines += self.missing.lines(f"Missing: {self.missing.count:,} {missing} not in the --media folder. {_LINK}:")
        return lines + self.broken.lines(
            f"Broken: {self.broken.count:,} {broken} damaged, too large or of a kind that cannot be shown. {_LINK}:"
        )


def _list(kinds: type[Kind], counts: Counter[Kind]) -> str:
    """Return the counts as an enumeration, in the order of the enum."""
    return _joined([_counted(kind, counts[kind]) for kind in kinds if counts[kind]])


def _counted(kind: StrEnum, count: int) -> str:
    singular, _, plural = kind.value.partition("|")
    return f"{count:,} {singular if count == 1 else plural}"


def _joined(items: list[str]) -> str:
    return ", ".join(items[:-1]) + (" and " if len(items) > 1 else "") + items[-1] if items else ""
