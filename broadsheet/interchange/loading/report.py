"""What an import did, in numbers and in words."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

LISTED = 20


class Came(StrEnum):
    """What came in; each value tells a number of one and of several."""

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


class Known(StrEnum):
    """What came in earlier."""

    ARTICLES = "article|articles"
    PAGES = "page|pages"
    COMMENTS = "comment|comments"


class Out(StrEnum):
    """What was left out, and why."""

    TRASHED = "post in the trash|posts in the trash"
    OTHER_KIND = "item of another kind (menu, revision, plugin)|items of other kinds (menus, revisions, plugins)"
    PINGBACKS = "pingback or trackback|pingbacks and trackbacks"
    OTHER_COMMENT = "comment of a plugin's own kind|comments of plugins' own kinds"
    ON_PAGES = (
        "comment on a page, where there is no readers' column|comments on pages, where there is no readers' column"
    )
    ON_NOTHING = "comment on something that did not come in|comments on things that did not come in"
    EMPTY = "comment without words|comments without words"
    TWICE = "item or comment that stands twice in the file|items or comments that stand twice in the file"
    LONG_ADDRESS = "old address too long to lead anywhere|old addresses too long to lead anywhere"


class Changed(StrEnum):
    """What came in, but not as it was."""

    TITLES = "headline was too long and is shortened|headlines were too long and are shortened"
    DECKS = "excerpt was too long for a deck and is shortened|excerpts were too long for decks and are shortened"
    NAMES = "name was too long and is shortened|names were too long and are shortened"
    UNTITLED = (
        "post had no title and is called by its first words|posts had no title and are called by their first words"
    )
    SITES = "commenter's web site is none that can be linked|commenters' web sites are none that can be linked"
    UNDATED = "post had no date and has today's|posts had no date and have today's"
    UNDATED_COMMENTS = "comment had no date and has its article's|comments had no date and have their articles'"
    PARENTLESS = (
        "answer stands by itself, because what it answers is not here"
        "|answers stand by themselves, because what they answer is not here"
    )
    NAMELESS = "comment had no name and is by “Anonymous”|comments had no name and are by “Anonymous”"


@dataclass
class Report:
    """The numbers of one run."""

    is_dry: bool = False
    title: str = ""
    came: Counter[Came] = field(default_factory=Counter)
    known: Counter[Known] = field(default_factory=Counter)
    out: Counter[Out] = field(default_factory=Counter)
    changed: Counter[Changed] = field(default_factory=Counter)
    missing: int = 0
    missing_named: list[str] = field(default_factory=list)

    def miss(self, picture: str, article: str) -> None:
        """Notes a picture whose file is not there."""
        self.missing += 1
        if len(self.missing_named) < LISTED:
            self.missing_named.append(f"{picture} in “{article}”")

    @property
    def articles(self) -> int:
        """How many articles and pages have come in."""
        return sum(self.came[kind] for kind in (Came.ARTICLES, Came.DRAFTS, Came.PAGES))

    @property
    def comments(self) -> int:
        """How many comments have come in."""
        return sum(self.came[kind] for kind in (Came.PUBLISHED, Came.PENDING, Came.DECLINED))

    def lines(self) -> list[str]:
        """The report, a line each."""
        came, known = _list(self.came), self._known_line()
        begin = "Would come in" if self.is_dry else "Came in"
        site = f" from {self.title}" if self.title else ""
        first = [f"{begin}{site}: {came}."] if came else [f"Nothing new{site}."]
        return [*first, *known, *self._left_out(), *self._changed(), *self._missing()]

    def _known_line(self) -> list[str]:
        if not self.known:
            return []
        told = _joined([_number(kind, count) for kind, count in self.known.items()])
        return [f"Came in earlier and was left as it is: {told}."]

    def _left_out(self) -> list[str]:
        told = _list(self.out)
        return [f"Left out: {told}."] if told else []

    def _changed(self) -> list[str]:
        return [f"Note: {_number(kind, count)}." for kind, count in sorted(self.changed.items())]

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


def _list(counted: Counter[Came] | Counter[Out]) -> str:
    """The numbers in the order in which the kinds are written down above."""
    kinds: list[StrEnum] = [*Came, *Out]
    there = [(kinds.index(kind), kind, count) for kind, count in counted.items() if count]
    return _joined([_number(kind, count) for _, kind, count in sorted(there)])


def _number(kind: StrEnum, count: int) -> str:
    one, _, several = kind.value.partition("|")
    return f"{count:,} {one if count == 1 else several}"


def _joined(words: list[str]) -> str:
    return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1] if words else ""
