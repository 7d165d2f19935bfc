"""What a part of the bench must know of a paper. The functions run inside the paper, and print JSON."""

import json
import time
from typing import Any

from bench.filling.paper import liveliest_of
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.tokens import confirmation_token
from broadsheet.newsroom.keys import beside_in
from broadsheet.newsroom.models import ArticlePage, SectionPage
from broadsheet.pagecache.actions import purge

IN_A_SECTION, IN_THE_QUEUE = 20, 25  # on a page


def longest_article() -> None:
    """The address of the article with the longest body."""
    _tell(max(ArticlePage.objects.live(), key=lambda article: len(str(article.body))).address)


def open_articles() -> None:
    """The addresses of the articles that take comments."""
    _tell([article.address for article in ArticlePage.objects.published() if article.takes_comments])


def comments_written(beginning: str) -> None:
    """The comments whose text begins so: primary key, address, text, state, and the token of the link in the email."""
    revisions = Revision.objects.filter(number=1, text__startswith=beginning).order_by("comment")
    _tell(
        [_written(revision.comment, revision.text) for revision in revisions.select_related("comment__thread__article")]
    )


def _written(comment: Comment, text: str) -> list[Any]:
    token = confirmation_token(comment, comment.address_digest or "")
    return [comment.pk, comment.thread.address, text, comment.state, token]


def pages_of_a_paper(articles: int) -> None:
    """What is asked for in a paper of so many articles, and what waits at its desk."""
    pending = Comment.objects.awaiting_review()
    waiting = pending.oldest_first().filter(parent=None)
    section = SectionPage.objects.order_by("path")[0]
    published = ArticlePage.objects.published()
    _tell(
        {
            "section": section.pk,
            "pages": -(-published.in_section(section).count() // IN_A_SECTION),
            "queue": -(-pending.count() // IN_THE_QUEUE),
            "waiting": list(waiting.values_list("pk", "latest", "thread__article__address")[:400]),
            "newest": list(published.newest_first().values_list("address", flat=True)[:3000]),
            "liveliest": ArticlePage.objects.order_by("pk")[liveliest_of(articles)].address,
        }
    )


def sections_and_others(number: int) -> None:
    """Two sections, the key of what stands beside the articles of the first, and so many articles of other sections."""
    section, another = SectionPage.objects.order_by("path")[:2]
    newest = ArticlePage.objects.published().newest_first().exclude(section=section)
    others = [f"/{address}/" for address in newest.values_list("address", flat=True)[:number]]
    _tell({"section": section.pk, "another": another.pk, "beside": beside_in(section), "others": others})


def purged(key: str) -> None:
    """The seconds in which a key is purged."""
    began = time.perf_counter()
    purge(key)
    _tell(time.perf_counter() - began)


def _tell(facts: Any) -> None:
    print(json.dumps(facts))
