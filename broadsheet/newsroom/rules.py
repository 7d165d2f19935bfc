"""Who may share a draft, and whether a preview link still shows it."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from broadsheet.newsroom.errors import AlreadyPublished, MayNotEdit, PreviewEnded
from broadsheet.newsroom.models import ArticlePage, PreviewLink


def may_edit(article: ArticlePage, *, by: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether a member of staff may edit an article."""
    return bool(article.permissions_for_user(by).can_edit())


def check_may_edit(article: ArticlePage, *, by: AbstractBaseUser | AnonymousUser) -> None:
    """Raise MayNotEdit unless the member of staff may edit the article."""
    if not may_edit(article, by=by):
        raise MayNotEdit(article.title)


def check_is_draft(article: ArticlePage) -> None:
    """Raise AlreadyPublished for an article that readers can see."""
    if article.is_public:
        raise AlreadyPublished(article.title)


def check_opens_draft(link: PreviewLink) -> None:
    """Raise PreviewEnded for a link that has expired, was revoked, or whose article has been published since."""
    if not link.opens_draft:
        raise PreviewEnded
