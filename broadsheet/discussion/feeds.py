"""RSS and Atom feeds of the published comments on one article, the one published last first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import linebreaksbr
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.core.feed_formats import AtomFormat, PaperFeedView, RssFormat, absolute, printable, to_the_second
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Thread
from broadsheet.newsroom.keys import key_of
from broadsheet.newsroom.models import Paper
from broadsheet.pagecache.fragments import cacheable

LENGTH = 50


@dataclass(frozen=True)
class _Source:
    """The column of one article."""

    paper: Paper
    thread: Thread
    feed_path: str

    @property
    def title(self) -> str:
        return _("%(paper)s: comments on “%(headline)s”") % {"paper": self.paper.name, "headline": self.thread.title}

    @property
    def path(self) -> str:
        return f"{self.thread.get_absolute_url()}#comments"


class CommentFeed(PaperFeedView):
    """The published comments on an article: what its column shows, without the places of removed ones."""

    def get_object(self, request: HttpRequest, address: str) -> _Source:
        """Return the column of the published article with this address; raise Http404 where there is none."""
        threads = Thread.objects.select_related("article").defer("article__body")
        thread = get_object_or_404(threads, article__address=address, article__is_public=True)
        cacheable(key_of(thread.article), thread_key(thread))
        return _Source(Paper.load(request_or_site=request), thread, request.path)

    def description(self, source: _Source) -> str:
        return printable(_("Readers’ comments"))

    subtitle = description

    def feed_extra_kwargs(self, source: _Source) -> dict[str, Any]:
        article = source.thread.article
        return {"begun_at": to_the_second(article.published_at) if article else None}

    def items(self, source: _Source) -> list[Comment]:
        comments = Comment.objects.published().on(source.thread).select_related("shown")
        return list(comments.order_by("-published_at", "-pk")[:LENGTH])

    def item_title(self, item: Comment) -> str:
        return printable(_("Comment by %(name)s") % {"name": item.shown.name if item.shown else ""})

    def item_description(self, item: Comment) -> str:
        return str(linebreaksbr(printable(item.shown.text if item.shown else "")))

    def item_link(self, item: Comment) -> str:
        return absolute(item.get_absolute_url())

    def item_author_name(self, item: Comment) -> str:
        return printable(item.shown.name if item.shown else "")

    def item_pubdate(self, item: Comment) -> datetime:
        return to_the_second(item.written_at)

    item_updateddate = item_pubdate
    item_guid_is_permalink = True


def _in_format(feed_type: type[RssFormat | AtomFormat]) -> Any:
    return require_safe(CommentFeed(feed_type))


rss, atom = _in_format(RssFormat), _in_format(AtomFormat)
