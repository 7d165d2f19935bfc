"""What Wagtail tells the newsroom."""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from taggit.models import Tag
from wagtail.models import Page, Site
from wagtail.signals import page_published, page_unpublished, post_page_move

from broadsheet.newsroom import actions
from broadsheet.newsroom.models import ArticlePage, Author, FrontPage, Paper, Photo, PlainPage, SectionPage

# What Wagtail saves of a page while a draft is written: readers see none of it.
DRAFTING = {"latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes", "locked"}
DRAFTING |= {"locked_at", "locked_by", "expired", "live_revision"}


@receiver(post_page_move, sender=ArticlePage)
def follow_a_moved_article(instance: Page, parent_page_after: Page, **about: Any) -> None:
    """Keeps an article's section what the page tree says."""
    actions.refile_article(instance.pk, section=parent_page_after)


@receiver([pre_save, pre_delete], sender=ArticlePage)
def note_where_an_article_stood(instance: ArticlePage, **about: Any) -> None:
    """Before it changes, the lists that it is to leave can still be told."""
    actions.note_lists(instance)


@receiver([post_save, post_delete, page_published], sender=ArticlePage)
def show_an_article_as_it_is(instance: ArticlePage, update_fields: frozenset[str] | None = None, **about: Any) -> None:
    """Readers see the article, and the lists that it is in, as they are now."""
    if update_fields is None or update_fields - DRAFTING:
        actions.purge_article(instance)


@receiver([post_save, post_delete, page_published], sender=FrontPage)
def show_the_front_as_it_is(update_fields: frozenset[str] | None = None, **about: Any) -> None:
    """Readers see what editors have picked."""
    if update_fields is None or update_fields - DRAFTING:
        actions.purge_front()


# Once for each publication, whatever it saves on the way; what an importer stores in bulk is not published so.
@receiver([page_published, page_unpublished], sender=ArticlePage)
def bake_what_an_article_has_changed(instance: ArticlePage, **about: Any) -> None:
    """The first reader of the news need not wait for it."""
    actions.warm_article(instance)


@receiver(page_published, sender=FrontPage)
def bake_the_front(**about: Any) -> None:
    """Everybody begins there."""
    actions.warm_front()


@receiver([post_save, post_delete], sender=SectionPage)
@receiver([post_save, post_delete], sender=PlainPage)
def show_the_pages_around_as_they_are(update_fields: frozenset[str] | None = None, **about: Any) -> None:
    """Sections stand in the head of every page, and plain pages in the foot."""
    if update_fields is None or update_fields - DRAFTING:
        actions.purge_everything()


@receiver(post_page_move, sender=SectionPage)
@receiver(post_page_move, sender=PlainPage)
@receiver([post_save, post_delete], sender=Paper)
@receiver([post_save, post_delete], sender=Site)
def show_the_paper_as_it_is(**about: Any) -> None:
    """Name, zone, contact and the order of sections stand on every page."""
    actions.purge_everything()


@receiver([post_save, post_delete], sender=Author)
def show_an_author_as_they_are(instance: Author, **about: Any) -> None:
    """A name stands in bylines, feeds and the sitemap."""
    actions.purge_author(instance)


@receiver([post_save, post_delete], sender=Photo)
@receiver([post_save, post_delete], sender=Tag)
def show_a_thing_as_it_is(instance: Photo | Tag, **about: Any) -> None:
    """A credit, a subject: whatever shows it shows it anew."""
    actions.purge_thing(instance)
