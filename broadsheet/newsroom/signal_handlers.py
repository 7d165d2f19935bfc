"""Handlers of the signals of Wagtail and Django: each calls one action."""

from typing import Any

from django.db.models.signals import post_delete, post_migrate, post_save, pre_delete, pre_migrate, pre_save
from django.dispatch import receiver
from taggit.models import Tag
from wagtail.models import Page, Site
from wagtail.signals import page_published, page_unpublished, post_page_move

from broadsheet.newsroom import actions
from broadsheet.newsroom.models import ArticlePage, Author, FrontPage, Paper, Photo, PlainPage, SectionPage
from broadsheet.newsroom.models.visibility import RECORDING
from broadsheet.pagecache.actions import apply_purges_of_triggers

apply_purges_of_triggers(RECORDING)
# The fields that Wagtail saves while a draft is written; readers see none of them.
DRAFTING = {"latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes", "locked"}
DRAFTING |= {"locked_at", "locked_by", "expired", "live_revision"}


@receiver(post_page_move, sender=ArticlePage)
def set_section_of_moved_article(
    instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs: Any
) -> None:
    """Set the section of an article that was moved in the page tree."""
    actions.refile_article(instance.pk, before=parent_page_before, section=parent_page_after)


@receiver([pre_save, pre_delete], sender=ArticlePage)
def remember_lists_of_article(instance: ArticlePage, **kwargs: Any) -> None:
    """Remember the lists that the article is in before it changes."""
    actions.remember_lists(instance)


@receiver(pre_save, sender=ArticlePage)
def redirect_former_address_of_article(instance: ArticlePage, **kwargs: Any) -> None:
    """Redirect the former address of an article whose slug was changed without it."""
    actions.redirect_readdressed(instance)


@receiver([post_save, post_delete, page_published], sender=ArticlePage)
def purge_changed_article(instance: ArticlePage, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Purge the article and the lists that it has joined or left."""
    if update_fields is None or update_fields - DRAFTING:
        actions.purge_article(instance)


@receiver([post_save, post_delete, page_published], sender=FrontPage)
def purge_changed_front_page(update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Purge the front page."""
    if update_fields is None or update_fields - DRAFTING:
        actions.purge_front()


# Sent once for each publication, however often Wagtail saves the page; the importer does not publish through Wagtail.
@receiver([page_published, page_unpublished], sender=ArticlePage)
def warm_published_article(instance: ArticlePage, **kwargs: Any) -> None:
    """Request that the article and its lists are baked before the first reader asks for them."""
    actions.warm_article(instance)


@receiver(page_published, sender=FrontPage)
def warm_published_front_page(**kwargs: Any) -> None:
    """Request that the front page is baked."""
    actions.warm_front()


# Wagtail saves the bare Page where it unpublishes several pages, an alias, or a page whose time is over, and on a move.
@receiver(pre_save, sender=Page)
def remember_lists_of_bare_page(instance: Page, **kwargs: Any) -> None:
    """Remember the lists that the article is in, where the page is one."""
    if instance.specific_class is ArticlePage:
        actions.remember_lists(instance)


@receiver(post_save, sender=Page)
def purge_changed_bare_page(instance: Page, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Purge what shows a page that was saved without the fields of its own class."""
    if update_fields is not None and not update_fields - DRAFTING:
        return
    if instance.specific_class is ArticlePage:
        actions.purge_article(instance)
    else:
        actions.purge_everything()


@receiver([post_save, post_delete], sender=SectionPage)
@receiver([post_save, post_delete], sender=PlainPage)
def purge_everything_after_section_or_plain_page(update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Purge every page: sections are in each masthead, and plain pages in each footer."""
    if update_fields is None or update_fields - DRAFTING:
        actions.purge_everything()


@receiver(post_page_move, sender=SectionPage)
@receiver(post_page_move, sender=PlainPage)
@receiver([post_save, post_delete], sender=Paper)
@receiver([post_save, post_delete], sender=Site)
def purge_everything_after_settings(**kwargs: Any) -> None:
    """Purge every page: each shows the paper's name, time zone and contact, and the sections in their order."""
    actions.purge_everything()


@receiver(pre_save, sender=Tag)
def name_tag_of_signs(instance: Tag, **kwargs: Any) -> None:
    """Give a tag of signs or emoji a slug: taggit makes none, and without one no page could link to it."""
    actions.fill_tag_slug(instance)


@receiver(pre_save, sender=Author)
@receiver(pre_save, sender=Tag)
def redirect_former_address(instance: Author | Tag, **kwargs: Any) -> None:
    """Redirect the former address of an author or a tag that gets another slug."""
    actions.redirect_renamed(instance)


@receiver([post_save, post_delete], sender=Author)
def purge_changed_author(instance: Author, **kwargs: Any) -> None:
    """Purge the pages that name the author: bylines, feeds and the sitemap."""
    actions.purge_author(instance)


@receiver([post_save, post_delete], sender=Photo)
@receiver([post_save, post_delete], sender=Tag)
def purge_changed_photo_or_tag(instance: Photo | Tag, **kwargs: Any) -> None:
    """Purge the pages that show the photograph or the tag."""
    actions.purge_photo_or_tag(instance)


@receiver(pre_migrate)
def ignore_purges_of_triggers(**kwargs: Any) -> None:
    """Look for no purges of triggers while the tables are altered."""
    apply_purges_of_triggers(())


@receiver(post_migrate)
def heed_purges_of_triggers(**kwargs: Any) -> None:
    """Apply at once, as before, what triggers purge."""
    apply_purges_of_triggers(RECORDING)
