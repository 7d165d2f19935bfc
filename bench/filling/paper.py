"""A paper of any size, of invented words: the same for the same size, and written as fast as the database takes it.

`fill` runs inside a paper that is new and empty. It numbers the rows itself and writes table after table.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, models, transaction
from taggit.models import Tag
from wagtail.models import Locale, Page, ReferenceIndex
from wagtail.search.backends import get_search_backend

from bench.filling.rows import Row, said, write
from broadsheet.accounts.models import User
from broadsheet.commenters.models import Commenter
from broadsheet.discussion.actions.importing import REVIEWS
from broadsheet.discussion.models import Comment, Revision, Terms, Thread
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState, ReviewState
from broadsheet.newsroom.actions import fill_empty_masthead, import_author, import_section, import_tag
from broadsheet.newsroom.models import ArticlePage, ArticleTag, Author, BylineEntry
from broadsheet.newsroom.models.articles import address_of
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Outcome

ARTICLES_A_DAY = 14
SECTIONS, AUTHORS, TAGS = 8, 50, 200
LIVELIEST = 1_000  # comments under one article, however large the paper is
STILL_WAITING = 100  # of so many comments one waits for a reviewer: the latest
OF_ONE_COMMENTER = 20
HIDDEN = 200  # of so many articles one was taken down
PIECE = 1_000
END = datetime(2026, 11, 20, 18, tzinfo=UTC)
SYLLABLES = ["ba", "cor", "dal", "en", "fir", "go", "hal", "is", "jun", "kel", "lo", "mar", "nes", "or", "pel", "ri"]
FATES = [CommentState.PUBLISHED, CommentState.DECLINED, CommentState.REMOVED, CommentState.WITHDRAWN]
LIKELY = [94, 98, 99, 100]


class Words:
    """Invented words, the frequent ones as much more frequent as in any language, and what is made of them."""

    def __init__(self, die: Random) -> None:
        self.die = die
        spelled = {"".join(die.choices(SYLLABLES, k=die.randint(2, 4))) for _ in range(20_000)}
        self.known = sorted(spelled, key=lambda word: (len(word), word))
        self.weights = list(accumulate(1 / rank for rank in range(1, len(self.known) + 1)))
        self.headlines = [self.sentence(7).rstrip(".") for _ in range(5_000)]
        self.paragraphs = [self.sentence(60) for _ in range(2_000)]
        self.remarks = [self.sentence(die.randint(8, 60)) for _ in range(5_000)]

    def sentence(self, length: int) -> str:
        """So many words and a full stop."""
        return " ".join(self.die.choices(self.known, cum_weights=self.weights, k=length)).capitalize() + "."


@dataclass(frozen=True)
class Fate:
    """What became of one comment: under which article, as an answer to which, and in which state it is."""

    number: int
    article: int
    written: str
    state: CommentState
    parent: int | None
    root: int


class Filling:
    """One paper while it is filled; articles are numbered from 0 here, comments from 1."""

    def __init__(self, *, articles: int, comments: int) -> None:
        self.many, self.comments = articles, comments
        self.die = Random(11)
        self.words = Words(self.die)
        self.sections = [import_section(f"Section {n}", slug=f"section-{n}") for n in range(1, SECTIONS + 1)]
        self.authors = [import_author(f"Author {n}", slug=f"author-{n}").pk for n in range(1, AUTHORS + 1)]
        self.tags = [import_tag(f"Subject {n}", slug=f"subject-{n}").pk for n in range(1, TAGS + 1)]
        self.first = self.sections[-1].pk + 1
        self.terms = Terms.objects.create(version="1", rules="Keep it polite.", licence="Ours.", privacy="Yours.").pk
        self.kinds = {kind: ContentType.objects.get_for_model(kind).pk for kind in (ArticlePage, Page, Author, Tag)}

    def out(self, number: int) -> datetime:
        """When an article came out."""
        return END - timedelta(days=(self.many - number) / ARTICLES_A_DAY)

    def pages(self) -> Iterator[Row]:
        locale = Locale.objects.get().pk
        for number in range(self.many):
            section, title, out = (
                self.sections[number % SECTIONS],
                self.die.choice(self.words.headlines),
                said(self.out(number)),
            )
            yield {
                "id": self.first + number,
                "path": Page._get_path(section.path, section.depth + 1, number // SECTIONS + 1),
                "depth": section.depth + 1,
                "live": number % HIDDEN != HIDDEN // 2,
                "title": title,
                "draft_title": title,
                "slug": f"story-{number}",
                "url_path": f"{section.url_path}story-{number}/",
                "first_published_at": out,
                "last_published_at": out,
                "latest_revision_created_at": out,
                "content_type": self.kinds[ArticlePage],
                "locale": locale,
                "translation_key": UUID(int=self.die.getrandbits(128), version=4).hex,
            }

    def articles(self) -> Iterator[Row]:
        for number in range(self.many):
            out, texts = self.out(number), self.die.sample(self.words.paragraphs, 3)
            body = [
                {"type": "paragraph", "value": f"<p>{text}</p>", "id": f"{number}-{n}"} for n, text in enumerate(texts)
            ]
            yield {
                "page_ptr": self.first + number,
                "deck": self.die.choice(self.words.remarks)[:200],
                "body": json.dumps(body),
                "section": self.sections[number % SECTIONS].pk,
                "published_at": said(out),
                "edition_date": str(out.date()),
                "is_public": number % HIDDEN != HIDDEN // 2,
                "address": address_of(out.date(), f"story-{number}"),
            }

    def bylines(self) -> Iterator[Row]:
        for number in range(self.many):
            author = self.authors[number * 7 % AUTHORS]
            yield {"id": number + 1, "article": self.first + number, "author": author, "sort_order": 0, "role": ""}

    def subjects(self) -> Iterator[Row]:
        for number in range(self.many):
            yield {"id": number + 1, "content_object": self.first + number, "tag": self.tags[number * 11 % TAGS]}

    def references(self) -> Iterator[Row]:
        """What Wagtail notes of each article: its section, author and subject."""
        for number in range(self.many):
            section, entry = self.sections[number % SECTIONS].pk, number + 1
            author, tag = self.authors[number * 7 % AUTHORS], self.tags[number * 11 % TAGS]
            yield self._reference(number, Page, section, "section", "section")
            yield self._reference(number, Author, author, "byline.item.author", f"byline.{entry}.author")
            yield self._reference(number, Tag, tag, "tagged_items.item.tag", f"tagged_items.{entry}.tag")

    def _reference(self, number: int, kind: type[models.Model], to: int, model_path: str, content_path: str) -> Row:
        return {
            "object_id": str(self.first + number),
            "to_object_id": str(to),
            "model_path": model_path,
            "content_path": content_path,
            "content_path_hash": ReferenceIndex._get_content_path_hash(content_path).hex,
            "base_content_type": self.kinds[Page],
            "content_type": self.kinds[ArticlePage],
            "to_content_type": self.kinds[kind],
        }

    # Comments.

    def fates(self) -> Iterator[Fate]:
        """All comments in the order of writing; the same ones each time."""
        die, number = Random(12), 0
        for article, count in enumerate(self._counts(Random(13))):
            visible: list[tuple[int, int]] = []
            out = self.out(article)
            for place in range(count):
                number += 1
                parent, root = die.choice(visible) if visible and die.random() < 1 / 3 else (None, number)
                waits = number > self.comments - self.comments // STILL_WAITING
                state = CommentState.PENDING if waits else die.choices(FATES, cum_weights=LIKELY)[0]
                if state == CommentState.PUBLISHED:
                    visible.append((number, root))
                written = said(out + timedelta(minutes=place + 1))
                yield Fate(number, self.first + article, written, state, parent, root)

    def _counts(self, die: Random) -> Iterator[int]:
        """How many comments each article has: one many, most few, all together as many as there are to be."""
        liveliest, left = liveliest_of(self.many), self.comments - LIVELIEST
        shares = list(accumulate(die.expovariate(1) for _ in range(self.many)))
        ends = [round(left * share / shares[-1]) for share in shares]
        for article, (begin, end) in enumerate(zip([0, *ends], ends, strict=False)):
            yield end - begin + (LIVELIEST if article == liveliest else 0)

    def commenters(self) -> Iterator[Row]:
        for number in range(1, self.comments // OF_ONE_COMMENTER + 2):
            yield {"id": number, "digest": f"{number:064x}", "created_at": said(END)}

    def comment_rows(self) -> Iterator[Row]:
        threads = dict(Thread.objects.values_list("article", "pk"))  # the database has made one with each article
        for fate in self.fates():
            is_published = fate.state == CommentState.PUBLISHED
            yield {
                "id": fate.number,
                "thread": threads[fate.article],
                "parent": fate.parent,
                "root": fate.root,
                "commenter": fate.number * 7919 % (self.comments // OF_ONE_COMMENTER) + 1,
                "terms": self.terms,
                "state": fate.state.value,
                "latest": fate.number,
                "shown": fate.number if is_published else None,
                "written_at": fate.written,
                "verified_at": fate.written,
                "published_at": fate.written if is_published else None,
            }

    def revisions(self) -> Iterator[Row]:
        for fate in self.fates():
            words = {"name": self.die.choice(self.words.known).title(), "text": self.die.choice(self.words.remarks)}
            yield {
                "id": fate.number,
                "comment": fate.number,
                "written_at": fate.written,
                "website": "",
                "review": REVIEWS.get(fate.state, ReviewState.UNREVIEWED).value,
                **words,
            }

    def decisions(self) -> Iterator[Row]:
        """Who was shown was approved; who was declined or removed was told why."""
        by, numbers = User.objects.get().pk, iter(range(1, 2 * self.comments))
        for fate in self.fates():
            row = {"revision": fate.number, "by": by, "made_at": fate.written, "reason": None}
            if fate.state in {CommentState.PUBLISHED, CommentState.REMOVED, CommentState.WITHDRAWN}:
                yield {**row, "id": next(numbers), "outcome": Outcome.APPROVE.value}
            if fate.state == CommentState.REMOVED:
                yield {**row, "id": next(numbers), "outcome": Outcome.REMOVE.value, "reason": Reason.FOUL.value}
            if fate.state == CommentState.DECLINED:
                yield {**row, "id": next(numbers), "outcome": Outcome.DECLINE.value, "reason": Reason.SPAM.value}


def liveliest_of(articles: int) -> int:
    """Which article has the most comments."""
    return articles * 3 // 4


def fill(*, articles: int, comments: int) -> None:
    """Fills a paper that is empty, with so many of each, and brings its search index up to date."""
    with transaction.atomic():
        filling = Filling(articles=articles, comments=comments)
        write(Page, filling.pages())
        write(ArticlePage, filling.articles())
        write(BylineEntry, filling.bylines())
        write(ArticleTag, filling.subjects())
        write(ReferenceIndex, filling.references())
        for section in filling.sections:
            children = Page.objects.filter(path__startswith=section.path, depth=section.depth + 1).count()
            Page.objects.filter(pk=section.pk).update(numchild=children)
        fill_empty_masthead()
    with transaction.atomic():
        write(Commenter, filling.commenters())
        write(Comment, filling.comment_rows())
        write(Revision, filling.revisions())
        write(Decision, filling.decisions())
        _mend_sequences()
    _index()
    if connection.vendor == "postgresql":  # which does it by itself, in time; SQLite never does
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _mend_sequences() -> None:
    numbered = [Page, BylineEntry, ArticleTag, Commenter, Comment, Revision, Decision]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), numbered):
            cursor.execute(statement)


def _index() -> None:
    """As the product does after an import."""
    asked = ArticlePage.objects.order_by("pk").prefetch_related("byline__author")
    last = 0
    while piece := list(asked.filter(pk__gt=last)[:PIECE]):
        with transaction.atomic():
            get_search_backend().add_bulk(ArticlePage, piece)
        last = piece[-1].pk
