"""The demo's copy, read from its files: TOML front matter between `+++` lines, and a text in the markup of `marks`.

Each CopyFault names its file. The database is not used.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from broadsheet.demo.errors import CopyFault
from broadsheet.demo.marks import Text, read_text

COPY = Path(__file__).parent / "copy"
PHOTOGRAPHS = Path(__file__).parent / "photographs"
PAGES = "pages"
FENCE = "+++\n"

_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class Section:
    """A section of the paper."""

    slug: str
    title: str
    description: str


@dataclass(frozen=True)
class Writer:
    """A person who signs articles."""

    slug: str
    name: str
    role: str
    bio: str


@dataclass(frozen=True)
class Story:
    """An article; its times are local to the paper, and not yet moved."""

    slug: str
    section: str
    text: Text
    headline: str
    kicker: str
    deck: str
    authors: list[str]
    place: str
    published: datetime
    tags: list[str]
    comments: str | int
    roles: list[str] = field(default_factory=list)
    updated: datetime | None = None
    photo: str = ""
    caption: str = ""
    alt: str = ""
    lead: bool = False
    second: bool = False

    @property
    def byline(self) -> list[tuple[str, str]]:
        """The slug of each author with their role, "" for writing."""
        return list(zip(self.authors, [*self.roles, *[""] * (len(self.authors) - len(self.roles))], strict=True))

    @property
    def photos(self) -> list[str]:
        """The names of all its photographs."""
        return [*([self.photo] if self.photo else []), *self.text.photos]


@dataclass(frozen=True)
class Plain:
    """A page outside the sections."""

    slug: str
    text: Text
    headline: str
    deck: str = ""


@dataclass(frozen=True)
class Remark:
    """A comment with its state, written a number of minutes after its article."""

    id: str
    article: str
    name: str
    minutes: int
    state: str
    text: str
    website: str = ""
    answers: str = ""
    reason: int | None = None
    explanation: str = ""
    unreviewed: bool = False


@dataclass(frozen=True)
class Conditions:
    """The terms of the readers' column."""

    version: str
    rules: list[str]
    licence: str
    privacy: str


@dataclass(frozen=True)
class Appeal:
    """The appeal for donations; each link is its label and its address."""

    headline: str
    text: str
    account_name: str
    iban: str
    purpose: str
    bic: str = ""
    link: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Copy:
    """The whole copy."""

    sections: list[Section]
    authors: list[Writer]
    stories: list[Story]
    pages: list[Plain]
    remarks: list[Remark]
    terms: Conditions
    appeal: Appeal

    @property
    def photos(self) -> list[str]:
        """The names of all photographs, each once."""
        pages = [photo for page in self.pages for photo in page.text.photos]
        return sorted({*pages, *(photo for story in self.stories for photo in story.photos)})


def read_copy(folder: Path = COPY) -> Copy:
    """Read the whole copy; raise CopyFault for the first reference to a missing object."""
    sections = _entries(Section, folder / "sections.toml")
    stories = [_story(path) for section in sections for path in _files(folder / section.slug)]
    copy = Copy(
        sections=sections,
        authors=_entries(Writer, folder / "authors.toml", table="author"),
        stories=sorted(stories, key=lambda story: story.published),
        pages=[_page(path) for path in _files(folder / PAGES)],
        remarks=_entries(Remark, folder / "comments.toml", table="comment"),
        terms=_make(Conditions, _toml(folder / "terms.toml"), folder / "terms.toml"),
        appeal=_make(Appeal, _toml(folder / "donations.toml"), folder / "donations.toml"),
    )
    check_references(copy)
    return copy


def check_references(copy: Copy) -> None:
    """Raise CopyFault for a reference to a missing author, article or comment."""
    authors, slugs, seen = {author.slug for author in copy.authors}, {story.slug for story in copy.stories}, set[str]()
    if len(slugs) < len(copy.stories):
        raise CopyFault("Two articles have the same file name, which comments refer to. Please rename one of them.")
    for story in copy.stories:
        name = f"{story.section}/{story.slug}.md"
        _check(set(story.authors) <= authors, f"{name} names an author who is not in authors.toml.")
        _check(bool(story.alt) or not story.photo, f"{name} needs an alt text for its photograph.")
    for remark in copy.remarks:
        known = not remark.answers or remark.answers in seen
        _check(
            remark.article in slugs, f"comments.toml: {remark.id} is under “{remark.article}”, which is not an article."
        )
        _check(known, f"comments.toml: {remark.id} answers “{remark.answers}”, which does not come before it.")
        _check(remark.id not in seen, f"comments.toml has {remark.id} twice.")
        seen.add(remark.id)


def photo_file(name: str, folder: Path = PHOTOGRAPHS) -> Path:
    """Return the file of a photograph, or raise CopyFault."""
    path = folder / f"{name}.jpg"
    _check(path.is_file(), f"There is no photograph {path.name} in {folder.name}/. Add it, or use another name.")
    return path


def _story(path: Path) -> Story:
    matter, text = _page_of(path)
    matter = {name: value for name, value in matter.items() if value != ""}
    return _make(Story, {"slug": path.stem, "section": path.parent.name, "text": text, **matter}, path)


def _page(path: Path) -> Plain:
    matter, text = _page_of(path)
    return _make(Plain, {"slug": path.stem, "text": text, **matter}, path)


def _page_of(path: Path) -> tuple[dict[str, Any], Text]:
    before, _, rest = path.read_text(encoding="utf-8").partition(FENCE)
    matter, fence, body = rest.partition(f"\n{FENCE}")
    _check(before == "" and fence != "", f"{path.name} must begin with its front matter between two lines of +++.")
    try:
        return tomllib.loads(matter), read_text(body)
    except tomllib.TOMLDecodeError as error:
        raise CopyFault(f"The front matter of {path.name} is not valid TOML: {error}.") from error
    except CopyFault as error:
        raise CopyFault(f"{path.name}: {error}") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CopyFault(f"{path.name} is not valid TOML: {error}.") from error


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.md"))


def _entries(kind: Callable[..., _Entry], path: Path, *, table: str = "section") -> list[_Entry]:
    return [_make(kind, entry, path) for entry in _toml(path)[table]]


def _make(kind: Callable[..., _Entry], entry: dict[str, Any], path: Path) -> _Entry:
    words = {name: value.strip() if isinstance(value, str) else value for name, value in entry.items()}
    try:
        return kind(**words)
    except TypeError as error:
        raise CopyFault(f"{path.name}, at “{next(iter(entry.values()))}”: {error}.") from error


def _check(good: bool, sentence: str) -> None:
    if not good:
        raise CopyFault(sentence)
