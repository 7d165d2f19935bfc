"""Makes sections, articles, authors and photographs the way editors do: in the page tree, published from a revision."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image

from broadsheet.accounts.states import Role
from broadsheet.newsroom import actions
from broadsheet.newsroom.models import (
    ArticlePage,
    Author,
    BylineEntry,
    Correction,
    FrontPage,
    Paper,
    Photo,
    PlainPage,
    PreviewLink,
    SectionPage,
)
from tests.factories import accounts

_numbers = count(1)


def front_page() -> FrontPage:
    """The paper's front page, which a migration has made."""
    return FrontPage.objects.get()


def paper(**fields: Any) -> Paper:
    """The paper's settings, with these changed: `paper(name="Courant", time_zone="Europe/Berlin")`."""
    found = Paper.load()
    for name, value in fields.items():
        setattr(found, name, value)
    found.full_clean()
    found.save()
    return found


def section(title: str = "", **fields: Any) -> SectionPage:
    """A section beneath the front page, live."""
    title = title or f"Section {next(_numbers)}"
    made: SectionPage = front_page().add_child(
        instance=SectionPage(title=title, slug=fields.pop("slug", slugify(title)), **fields)
    )
    return made


def plain_page(title: str = "About", **fields: Any) -> PlainPage:
    """A page that stands by itself, live."""
    made: PlainPage = front_page().add_child(
        instance=PlainPage(title=title, slug=fields.pop("slug", slugify(title)), **fields)
    )
    return made


def article(section: SectionPage | None = None, published_at: datetime | None = None, **fields: Any) -> ArticlePage:
    """A published article without revisions, as an import leaves it; `published_at` defaults to now."""
    now = timezone.now()
    made = draft(section, live=True, first_published_at=published_at or now, last_published_at=now, **fields)
    made.refresh_from_db()
    return made


def draft(
    section: SectionPage | None = None,
    *,
    byline: Sequence[Author | tuple[Author, str]] = (),
    tags: Sequence[str] = (),
    corrections: Sequence[str] = (),
    **fields: Any,
) -> ArticlePage:
    """An article that was never published. The byline takes authors, or pairs of author and role."""
    number = next(_numbers)
    title = fields.pop("title", f"The tide came in again, part {number}")
    body = fields.pop("body", f"Nobody was surprised for the {number}th time.")
    page = ArticlePage(
        **{"title": title, "slug": fields.pop("slug", slugify(title)), "live": False, "body": _blocks(body), **fields}
    )
    entries = [entry if isinstance(entry, tuple) else (entry, "") for entry in byline]
    page.byline = [BylineEntry(author=who, role=role, sort_order=place) for place, (who, role) in enumerate(entries)]
    page.corrections = [Correction(text=text, sort_order=place) for place, text in enumerate(corrections)]
    page.tags.set(list(tags))
    parent = section or SectionPage.objects.first() or globals()["section"]()
    parent.add_child(instance=page)
    return page


def _blocks(body: Any) -> Any:
    """A body from plain paragraphs, divided by empty lines, or from blocks as they are."""
    if not isinstance(body, str):
        return body
    return [("paragraph", f"<p>{text}</p>") for text in body.split("\n\n")]


def preview_link(article: ArticlePage, *, days: int = 3) -> PreviewLink:
    """A link that shows the draft of an article, made by an editor."""
    return actions.make_preview_link(article, by=accounts.staff(Role.EDITOR), days=days)


def author(name: str = "", **fields: Any) -> Author:
    """Somebody who signs articles."""
    name = name or f"Ada Lindqvist {next(_numbers)}"
    return Author.objects.create(name=name, slug=fields.pop("slug", slugify(name)), **fields)


def photo(title: str = "The harbour at low tide", *, size: tuple[int, int] = (240, 160), **fields: Any) -> Photo:
    """A photograph, stored as a real if small JPEG."""
    fields = {"credit": "Ilo Brandt / Courant", "description": "Boats lie on the mud.", **fields}
    return Photo.objects.create(title=title, file=jpeg_file(size=size), **fields)


def jpeg_file(name: str = "harbour.jpg", *, size: tuple[int, int] = (240, 160), **saved: Any) -> SimpleUploadedFile:
    """A JPEG as a browser uploads it; keywords go to Pillow, e.g. `exif=`."""
    return SimpleUploadedFile(name, picture_bytes("JPEG", size=size, **saved), content_type="image/jpeg")


def picture_bytes(kind: str = "JPEG", *, size: tuple[int, int] = (240, 160), **saved: Any) -> bytes:
    """A picture with a sky and a sea in any format that Pillow writes."""
    picture = Image.new("RGB", size, (170, 190, 200))
    picture.paste((40, 70, 90), (0, size[1] // 2, *size))
    out = BytesIO()
    picture.save(out, format=kind, **saved)
    return out.getvalue()
