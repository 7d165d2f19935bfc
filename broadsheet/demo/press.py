"""Sets the copy: people, photographs, sections, articles and pages, as editors would have made them over the years."""

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
    CommentPolicy,
    Correction,
    FrontPage,
    FrontSlot,
    Photo,
    PlainPage,
    SectionPage,
)

CREDIT = "Greta Moss / Courant"
# The foot of every page lists them in this order; what is not named here comes after.
FOOT = ("about", "contact", "rules", "privacy")


def print_copy(copy: Copy, *, dates: Dates, by: User, photographs: Path = PHOTOGRAPHS) -> dict[str, ArticlePage]:
    """Fills an empty page tree with the copy; returns the articles by their slugs. `by` has saved every version."""
    with indexed_at_the_end():
        authors = {one.slug: _author(one) for one in copy.authors}
        photos = {name: _photo(photo_file(name, photographs), copy.stories) for name in copy.photos}
        front = FrontPage.objects.get()
        sections = {one.slug: front.add_child(instance=_section(one)) for one in copy.sections}
        _make_tags(copy.stories)
        setter = _Setter(dates, authors, {name: photo.pk for name, photo in photos.items()})
        articles = {story.slug: setter.article(story, sections[story.section]) for story in copy.stories}
        pages = [front.add_child(instance=setter.page(plain)) for plain in sorted(copy.pages, key=_place_in_foot)]
        _fill_slots(front, [articles[slug] for slug in top_of_page(copy.stories)])
        _keep_versions([*articles.values(), *sections.values(), *pages, front], by=by, dates=dates)
    return articles


def top_of_page(stories: Iterable[Story]) -> list[str]:
    """The slugs of the lead and the seconds: the newest of each, and as many as the front page holds."""
    newest = sorted(stories, key=lambda story: story.published, reverse=True)
    chosen = [story.slug for story in newest if story.lead][:1] + [story.slug for story in newest if story.second]
    return chosen[:4]


@contextmanager
def indexed_at_the_end() -> Iterator[None]:
    """Makes the indexes once at the end: one by one, every saved page would leave a task or two for the worker."""
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


class _Setter:
    """Knows the authors, the photographs' numbers and the dates, and sets one page after another."""

    def __init__(self, dates: Dates, authors: dict[str, Author], photos: dict[str, int]) -> None:
        self.dates, self.authors, self.photos = dates, authors, photos

    def article(self, story: Story, section: SectionPage) -> ArticlePage:
        """Puts an article into its section, published when the copy says."""
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
        )
        article.byline = [BylineEntry(author=self.authors[slug], role=role) for slug, role in story.byline]
        article.corrections = [self.correction(amendment) for amendment in story.text.corrections]
        article.tags.add(*story.tags)
        section.add_child(instance=article)
        return article

    def correction(self, amendment: Amendment) -> Correction:
        """Makes a correction of the day it was made on."""
        return Correction(made_on=self.dates.day(amendment.made_on), text=amendment.text)

    def page(self, plain: Plain) -> PlainPage:
        """Makes a page that stands by itself."""
        body = plain.text.with_photos(self.photos)
        return PlainPage(slug=plain.slug, title=plain.headline, deck=plain.deck, body=body)


def _section(one: Section) -> SectionPage:
    return SectionPage(slug=one.slug, title=one.title, description=one.description)


def _author(one: Writer) -> Author:
    return Author.objects.create(slug=one.slug, name=one.name, role=one.role, bio=one.bio)


def _photo(path: Path, stories: Iterable[Story]) -> Photo:
    """Stores a photograph as it is: ours have no metadata (a test looks) and need not be written anew."""
    shown = next((story.alt for story in stories if story.photo == path.stem), "")
    with Image.open(path) as picture:
        width, height = picture.size
    photo = Photo(
        title=path.stem.replace("-", " ").capitalize(),
        description=shown[:255],
        credit=CREDIT,
        width=width,
        height=height,
    )
    photo.file.name = _stored(path, photo.get_upload_to(path.name))
    photo.file_size = path.stat().st_size
    photo.save()
    return photo


def _stored(path: Path, name: str) -> str:
    """Copies a file into the paper's media; one that an interrupted run has left there is replaced."""
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


def _place_in_foot(plain: Plain) -> tuple[int, str]:
    return (FOOT.index(plain.slug) if plain.slug in FOOT else len(FOOT), plain.slug)


def _fill_slots(front: FrontPage, articles: list[ArticlePage]) -> None:
    front.slots = [FrontSlot(article=article) for article in articles]
    front.save()


def _keep_versions(pages: list[Page], *, by: User, dates: Dates) -> None:
    """Gives every page the version that editors open and compare, as of its last publication, in two queries."""
    versions = Revision.objects.bulk_create(
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
    for page, full, version in zip(bare, pages, versions, strict=True):
        page.latest_revision = page.live_revision = version
        page.latest_revision_created_at = version.created_at
        page.first_published_at = full.first_published_at or version.created_at
        page.last_published_at = full.last_published_at or version.created_at
    Page.objects.bulk_update(
        bare,
        ["latest_revision", "live_revision", "latest_revision_created_at", "first_published_at", "last_published_at"],
    )
