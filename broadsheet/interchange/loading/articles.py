"""Turns posts into articles and pages of the paper, and writes those that are not here yet."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect

from broadsheet.interchange.loading.batches import Bundle
from broadsheet.interchange.loading.bodies import stream_of
from broadsheet.interchange.loading.pictures import Pictures
from broadsheet.interchange.loading.registers import Registers
from broadsheet.interchange.loading.report import Came, Changed, Known, Out, Report
from broadsheet.interchange.loading.wording import first_words, one_line, slug_of, words_of
from broadsheet.interchange.memory import Memory, fit
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.wordpress.body import clean_body
from broadsheet.interchange.wordpress.records import PostKind, PostRecord
from broadsheet.newsroom.actions import ImportedArticle, ImportedPlainPage, import_articles, import_plain_page
from broadsheet.newsroom.models import ArticlePage, CommentPolicy, PlainPage

MAX_TITLE = 255
MAX_DECK = 400
MAX_OLD_PATH = 255
LIVE = "publish"
NEVER_MEANT = frozenset({"trash", "auto-draft"})
KINDS = {PostKind.POST: SourceKind.POST, PostKind.PAGE: SourceKind.PAGE}
_CONTROLS = range(33)


@dataclass(frozen=True, eq=False)
class Planned:
    """A post that is to come in, and the fields of the page that it will be."""

    key: str
    post: PostRecord
    fields: dict[str, Any]
    old_paths: Sequence[str]


class Articles:
    """Posts and pages of one source."""

    def __init__(
        self, registers: Registers, pictures: Pictures, memory: Memory, report: Report, *, base_url: str
    ) -> None:
        self.registers, self.pictures, self.memory, self.report = registers, pictures, memory, report
        self.base_url = base_url

    def plan(self, batch: Iterable[Bundle]) -> list[Planned]:
        """What of the batch is to come in; stores nothing but the pictures. The rest is counted."""
        wanted = [bundle.post for bundle in batch if bundle.is_first and self._is_wanted(bundle.post)]
        known = self.known(wanted)
        fresh = [post for post in wanted if (post.kind, key_of(post)) not in known]
        self._count_known([post for post in wanted if (post.kind, key_of(post)) in known])
        new: dict[tuple[PostKind, str], PostRecord] = {}
        for post in fresh:
            new.setdefault((post.kind, key_of(post)), post)
        self.report.out[Out.TWICE] += len(fresh) - len(new)
        return [self._planned(key, post) for (_, key), post in new.items()]

    def known(self, posts: Sequence[PostRecord]) -> dict[tuple[PostKind, str], int]:
        """The posts that came in before, by kind and key, and the numbers of their pages."""
        found: dict[tuple[PostKind, str], int] = {}
        for kind, source_kind in KINDS.items():
            keys = {fit(key_of(post)): key_of(post) for post in posts if post.kind == kind}
            stored = self.memory.known(source_kind, keys)
            found |= {(kind, keys[key]): target for key, target in stored.items()}
        return found

    def _is_wanted(self, post: PostRecord) -> bool:
        if post.kind == PostKind.OTHER:
            self.report.out[Out.OTHER_KIND] += 1
        elif post.kind in KINDS and post.status in NEVER_MEANT:
            self.report.out[Out.TRASHED] += 1
        return post.kind in KINDS and post.status not in NEVER_MEANT

    def _count_known(self, posts: Sequence[PostRecord]) -> None:
        for kind, words in ((PostKind.POST, Known.ARTICLES), (PostKind.PAGE, Known.PAGES)):
            if count := sum(post.kind == kind for post in posts):
                self.report.known[words] += count

    def _planned(self, key: str, post: PostRecord) -> Planned:
        blocks = clean_body(post.body, base_url=post.link)
        title = self._title(post)
        body = stream_of(blocks, self.pictures.within(post, title))
        deck = one_line(post.excerpt, MAX_DECK, cut=lambda: self._note(Changed.DECKS))
        slug = slug_of(post.slug, post.title, otherwise=f"post-{post.source_id or 'untitled'}")
        fields = {"title": title, "slug": slug, "deck": deck, "body": json.dumps(body), **self._times(post)}
        if post.kind == PostKind.POST:
            fields |= self._lead(post, title) | _column(post)
        else:
            fields["in_footer"] = post.parent_id is None
        return Planned(key, post, fields, self._old_paths(post) if fields["live"] else [])

    def _note(self, change: Changed) -> None:
        self.report.changed[change] += 1

    def _title(self, post: PostRecord) -> str:
        title = one_line(post.title, MAX_TITLE, cut=lambda: self._note(Changed.TITLES))
        if title:
            return title
        self._note(Changed.UNTITLED)
        return first_words(words_of(post.body))[:MAX_TITLE] or "Untitled"

    def _times(self, post: PostRecord) -> dict[str, Any]:
        live = post.status == LIVE and not post.has_password
        published = post.published.at if post.published else None
        if live and published is None:
            self._note(Changed.UNDATED)
            published = timezone.now()
        changed = max(filter(None, [published, post.modified.at if post.modified else None]), default=timezone.now())
        if not live:
            return {"live": False, "has_unpublished_changes": True, "latest_revision_created_at": changed} | _plan(
                post, published
            )
        return {
            "live": True,
            "first_published_at": published,
            "last_published_at": changed,
            "latest_revision_created_at": changed,
        }

    def _lead(self, post: PostRecord, title: str) -> dict[str, Any]:
        shown = self.pictures.lead(post, title)
        if shown is None or not shown.photo:
            return {}
        return {"lead_image_id": shown.photo, "lead_alt": shown.alt, "lead_caption": shown.caption}

    def _old_paths(self, post: PostRecord) -> list[str]:
        """The addresses at which readers found it: its permanent one, and the one with its number."""
        base = urlsplit(self.base_url).path.rstrip("/")
        name = "p" if post.kind == PostKind.POST else "page_id"
        numbers = [f"{base}/?{name}={post.source_id}"] if post.source_id else []
        link = urlsplit(post.link)
        written = [link.path] if link.path.strip("/") else []
        paths = ["".join(letter for letter in path if ord(letter) not in _CONTROLS) for path in written + numbers]
        self.report.out[Out.LONG_ADDRESS] += sum(len(path) > MAX_OLD_PATH for path in paths)
        return [path for path in paths if len(path) <= MAX_OLD_PATH]

    def adopt(self, planned: Sequence[Planned]) -> None:
        """Writes the planned articles and pages with all that hangs on them, in the caller's transaction."""
        self._count(planned)
        articles = {one.key: self._article(one) for one in planned if one.post.kind == PostKind.POST}
        if self.report.is_dry:
            return
        pages = {one.key: import_plain_page(_page(one)) for one in planned if one.post.kind == PostKind.PAGE}
        stored = dict(zip(articles, import_articles(list(articles.values())), strict=True))
        self.memory.remember(SourceKind.POST, {key: page.pk for key, page in stored.items()})
        self.memory.remember(SourceKind.PAGE, {key: page.pk for key, page in pages.items()})
        numbers = [page.pk for page in stored.values()] + [page.pk for page in pages.values()]
        self.report.came[Came.REDIRECTS] += Redirect.objects.filter(redirect_page__in=numbers).count()

    def _count(self, planned: Sequence[Planned]) -> None:
        for one in planned:
            kind = Came.ARTICLES if one.fields["live"] else Came.DRAFTS
            self.report.came[Came.PAGES if one.post.kind == PostKind.PAGE else kind] += 1

    def _article(self, one: Planned) -> ImportedArticle:
        post = one.post
        section = self.registers.section(next(iter(post.categories), None))
        byline = [self.registers.author(post.author_login)] if post.author_login else []
        tags = [self.registers.tag(term) for term in dict.fromkeys((*post.tags, *post.categories[1:]))]
        named = {tag.pk: tag for tag in tags}
        page = ArticlePage(**one.fields)
        return ImportedArticle(section, page, byline, list(named.values()), one.old_paths)


def key_of(post: PostRecord) -> str:
    """What the source calls a post: its number, or, in a file without numbers, what else tells it from others."""
    if post.source_id is not None:
        return str(post.source_id)
    told = post.guid or post.link or f"{post.title}\0{post.published}\0{post.body}"
    return f"untold:{sha256(told.encode()).hexdigest()}"


def _page(one: Planned) -> ImportedPlainPage:
    return ImportedPlainPage(PlainPage(**one.fields), one.old_paths)


def _column(post: PostRecord) -> dict[str, Any]:
    return {"comment_policy": CommentPolicy.OPEN if post.comments_open else CommentPolicy.CLOSED}


def _plan(post: PostRecord, published: datetime | None) -> dict[str, Any]:
    """The date that was planned for a post is the one that an editor finds in the draft."""
    planned = post.status == "future" and published is not None and published > timezone.now()
    return {"go_live_at": published} if planned else {}
