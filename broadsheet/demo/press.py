"""Creation of the demo's authors, photographs, sections, articles and pages."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models.signals import post_save
from modelsearch.index import get_indexed_models
from modelsearch.signal_handlers import post_save_signal_handler
from PIL import Image
from taggit.models import Tag
from wagtail.models import Page, Revision
from wagtail.signal_handlers import disable_reference_index_auto_update

from broadsheet.accounts.models import User
from broadsheet.demo.copy_reader import PHOTOGRAPHS, Copy, Plain, Section, Story, Writer, photo_file
from broadsheet.demo.dates import Dates
from broadsheet.demo.marks import Amendment
from broadsheet.newsroom.models import (
    ArticlePage,
    Author,
    BylineEntry,
    Correction,
    FrontPage,
    FrontSlot,
    Photo,
    PlainPage,
    SectionPage,
)
from broadsheet.newsroom.states import CommentPolicy

CREDIT = "Greta Moss / Courant"
# The order of the plain pages in the footer; others follow.
FOOTER = ("about", "contact", "rules", "privacy")


def print_copy(copy: Copy, *, dates: Dates, by: User, photographs: Path = PHOTOGRAPHS) -> dict[str, ArticlePage]:
    """Fill an empty page tree with the copy, and return the articles by slug; `by` is the author of all revisions."""
    with indexed_at_the_end():
        authors = {writer.slug: _author(writer) for writer in copy.authors}
        photos = {name: _photo(photo_file(name, photographs), copy.stories) for name in copy.photos}
        front = FrontPage.objects.get()
        sections = {section.slug: front.add_child(instance=_section_page(section)) for section in copy.sections}
        _make_tags(copy.stories)
        factory = _ArticleFactory(dates, authors, {name: photo.pk for name, photo in photos.items()})
        articles = {story.slug: factory.article(story, sections[story.section]) for story in copy.stories}
        pages = [front.add_child(instance=factory.page(plain)) for plain in sorted(copy.pages, key=_place_in_footer)]
        _fill_slots(front, [articles[slug] for slug in top_of_page(copy.stories)])
        _create_revisions([*articles.values(), *sections.values(), *pages, front], by=by, dates=dates)
    return articles


def top_of_page(stories: Iterable[Story]) -> list[str]:
    """Return the slugs of the newest lead and of the newest seconds, as many as the front page shows."""
    newest = sorted(stories, key=lambda story: story.published, reverse=True)
    chosen = [story.slug for story in newest if story.lead][:1] + [story.slug for story in newest if story.second]
    return chosen[:4]


@contextmanager
def indexed_at_the_end() -> Iterator[None]:
    """Build the search and reference indexes at the end of the block, and not for each page that is saved."""
    models = list(get_indexed_models())
    for model in models:
        post_save.disconnect(post_save_signal_handler, sender=model)
    try:
        with disable_reference_index_auto_update():
            yield
    finally:
        for model in models:
            post_save.connect(post_save_signal_handler, sender=model)
    call_command("update_index", verbosity=0)
    call_command("rebuild_references_index", verbosity=0)


class _ArticleFactory:
    """Creates pages with the given dates, authors and primary keys of photographs."""

    def __init__(self, dates: Dates, authors: dict[str, Author], photos: dict[str, int]) -> None:
        self.dates, self.authors, self.photos = dates, authors, photos

    def article(self, story: Story, section: SectionPage) -> ArticlePage:
        """Create an article in its section, published at the time in the copy."""
        published = self.dates.moment(story.published)
        updated = self.dates.moment(story.updated or story.published)
        article = ArticlePage(
            slug=story.slug,
            title=story.headline,
            kicker=story.kicker,
            deck=story.deck,
            place=story.place,
            lead_image_id=self.photos.get(story.photo),
            lead_caption=story.caption,
            lead_alt=story.alt,
            body=story.text.with_photos(self.photos),
            **_column(story.comments),
            first_published_at=published,
            last_published_at=updated,
            updated_at=updated if story.updated else None,
        )
        article.byline = [BylineEntry(author=self.authors[slug], role=role) for slug, role in story.byline]
        article.corrections = [self.correction(amendment) for amendment in story.text.corrections]
        article.tags.add(*story.tags)
        section.add_child(instance=article)
        return article

    def correction(self, amendment: Amendment) -> Correction:
        """Return an unsaved correction."""
        return Correction(made_on=self.dates.day(amendment.made_on), text=amendment.text)

    def page(self, plain: Plain) -> PlainPage:
        """Return an unsaved plain page."""
        body = plain.text.with_photos(self.photos)
        return PlainPage(slug=plain.slug, title=plain.headline, deck=plain.deck, body=body)


def _section_page(section: Section) -> SectionPage:
    return SectionPage(slug=section.slug, title=section.title, description=section.description)


def _author(writer: Writer) -> Author:
    return Author.objects.create(slug=writer.slug, name=writer.name, role=writer.role, bio=writer.bio)


def _photo(path: Path, stories: Iterable[Story]) -> Photo:
    """Store a photograph as it is: a test sees to it that the demo's have no metadata."""
    description = next((story.alt for story in stories if story.photo == path.stem), "")
    with Image.open(path) as picture:
        width, height = picture.size
    photo = Photo(
        title=path.stem.replace("-", " ").capitalize(),
        description=description[:255],
        credit=CREDIT,
        width=width,
        height=height,
    )
    photo.file.name = _stored(path, photo.get_upload_to(path.name))
    photo.file_size = path.stat().st_size
    photo.save()
    return photo


def _stored(path: Path, name: str) -> str:
    """Copy a file into the media folder, in place of a copy that an interrupted run may have left; return its name."""
    default_storage.delete(name)
    with path.open("rb") as file:
        return default_storage.save(name, file)


def _make_tags(stories: Iterable[Story]) -> None:
    names = sorted({name for story in stories for name in story.tags})
    for name in names:
        Tag.objects.get_or_create(name=name)


def _column(comments: str | int) -> dict[str, Any]:
    if isinstance(comments, int):
        return {"comment_policy": CommentPolicy.DAYS, "comment_days": comments}
    return {"comment_policy": CommentPolicy(comments)}


def _place_in_footer(plain: Plain) -> tuple[int, str]:
    return (FOOTER.index(plain.slug) if plain.slug in FOOTER else len(FOOTER), plain.slug)


def _fill_slots(front: FrontPage, articles: list[ArticlePage]) -> None:
    front.slots = [FrontSlot(article=article) for article in articles]
    front.save()


def _create_revisions(pages: list[Page], *, by: User, dates: Dates) -> None:
    """Create the live revision of each page as of its last publication, in two queries."""
    revisions = Revision.objects.bulk_create(
        Revision(
            content_object=page,
            base_content_type=page.get_base_content_type(),
            user=by,
            object_str=str(page),
            created_at=page.last_published_at or dates.now,
            content=page.serializable_data(),
        )
        for page in pages
    )
    bare = [Page(pk=page.pk) for page in pages]
    for page, full, revision in zip(bare, pages, revisions, strict=True):
        page.latest_revision = page.live_revision = revision
        page.latest_revision_created_at = revision.created_at
        page.first_published_at = full.first_published_at or revision.created_at
        page.last_published_at = full.last_published_at or revision.created_at
    Page.objects.bulk_update(
        bare,
        ["latest_revision", "live_revision", "latest_revision_created_at", "first_published_at", "last_published_at"],
    )
