"""Comments, the exact texts they consisted of, and the terms they were sent under."""

from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from broadsheet.commenters.models import Commenter
from broadsheet.core.fields import EncryptedTextField
from broadsheet.discussion.keys import TERMS
from broadsheet.discussion.states import WAITING, CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.fragments import cached, depends_on

MAX_TEXT = 5000
MAX_NAME = 80
MAX_WEBSITE = 200
UNVERIFIED_FOR = timedelta(hours=24)


class Terms(models.Model):
    """What a commenter agrees to: rules, licence, privacy. A version is never altered, only followed by another."""

    version = models.CharField(
        max_length=40, unique=True, help_text="E.g. 2026-11. A published version cannot be changed."
    )
    rules = models.TextField(help_text="One rule a line. They stand before the form.")
    licence = models.TextField(help_text="What the paper may do with the words, and under which name.")
    privacy = models.TextField(help_text="What happens with the e-mail address.")
    digest = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "terms of the readers' column"
        ordering = ["-published_at", "-pk"]
        get_latest_by = ["published_at", "pk"]

    def __str__(self) -> str:
        return f"terms {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores a new version with the digest of its words."""
        self.digest = sha256("\0".join([self.version, self.rules, self.licence, self.privacy]).encode()).hexdigest()
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "Terms | None":
        """Those that stand now, if the paper has any."""
        return cached("terms", cls._current)

    @classmethod
    def _current(cls) -> "Terms | None":
        depends_on(TERMS)
        return cls.objects.first()

    @property
    def rule_lines(self) -> list[str]:
        """The rules, one by one."""
        return [line.strip() for line in self.rules.splitlines() if line.strip()]


def _earlier(comment: "Comment", *, at: str, number: str) -> models.Q:
    """Whatever has an earlier time in the column `at`; of the same time, a smaller number."""
    same_time = {at: comment.written_at, f"{number}__lt": comment.pk}
    return models.Q(**{f"{at}__lt": comment.written_at}) | models.Q(**same_time)


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments by where they are and how they are read."""

    def published(self) -> "CommentQuerySet":
        """Those that everybody may read."""
        return self.filter(state=CommentState.PUBLISHED)

    def awaiting_review(self) -> "CommentQuerySet":
        """Those that a reviewer has yet to read."""
        return self.filter(state=CommentState.PENDING)

    def unverified_too_long(self) -> "CommentQuerySet":
        """Those whose address was not confirmed within 24 hours."""
        return self.filter(state=CommentState.UNVERIFIED, written_at__lt=timezone.now() - UNVERIFIED_FOR)

    def on(self, article: ArticlePage | int) -> "CommentQuerySet":
        """Those under one article."""
        return self.filter(article=article)

    def standing_on(self, article: ArticlePage | int) -> "CommentQuerySet":
        """What the column under an article shows."""
        return self.on(article).standing()

    def standing(self) -> "CommentQuerySet":
        """What columns show: the published, and stubs of removed ones that were answered."""
        answered = models.Exists(Comment.objects.published().filter(parent=models.OuterRef("pk")))
        stub = models.Q(state__in=[CommentState.REMOVED, CommentState.WITHDRAWN, CommentState.ERASED]) & answered
        return self.filter(models.Q(state=CommentState.PUBLISHED) | stub)

    def counted_by_address(self) -> "models.QuerySet[Comment, tuple[str, int]]":
        """The address of each article that readers can see, with how many of these are under it."""
        under = self.filter(article__live=True, article__address__isnull=False).order_by("article__address")
        return under.values_list("article__address").annotate(number=models.Count("pk"))

    def oldest_first(self) -> "CommentQuerySet":
        """By the time of writing."""
        return self.order_by("written_at", "pk")

    def in_threads(self, *, newest: bool = False) -> "CommentQuerySet":
        """Threads by when they began, each followed by its answers, oldest first."""
        first = ["-thread__written_at", "-thread_id"] if newest else ["thread__written_at", "thread_id"]
        answer_last = models.Case(models.When(parent__isnull=True, then=0), default=1)
        return self.order_by(*first, answer_last, "written_at", "pk")

    def standing_before(self, comment: "Comment") -> "CommentQuerySet":
        """Those that come before this one `in_threads`, oldest first; a thread not fetched with it costs a query."""
        opener, opens = comment.thread or comment, models.Q(parent__isnull=True)
        earlier_threads = _earlier(opener, at="thread__written_at", number="thread_id")
        earlier = _earlier(comment, at="written_at", number="pk")
        here = opens | earlier if comment.parent_id else opens & earlier
        return self.filter(earlier_threads | models.Q(thread=opener) & here)

    def for_reading(self) -> "CommentQuerySet":
        """With the words that are shown and whom they answer."""
        return self.select_related("shown", "parent__shown")


class Comment(models.Model):
    """One reader's comment. Its words are in its revisions; where it is in its life is its state."""

    article = models.ForeignKey(ArticlePage, on_delete=models.PROTECT, related_name="comments")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    thread = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    commenter = models.ForeignKey(Commenter, on_delete=models.PROTECT, related_name="comments")
    terms = models.ForeignKey(Terms, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=CommentState.choices, default=CommentState.UNVERIFIED)
    latest = models.ForeignKey("Revision", null=True, on_delete=models.PROTECT, related_name="+")
    shown = models.ForeignKey("Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    written_at = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    # Gone as soon as they have served.
    address = EncryptedTextField(null=True, editable=False)
    wants_email = models.BooleanField(default=False)
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    code_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    fingerprint = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 - null: no longer compared

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="comment_shown_exactly_when_published",
                condition=models.Q(state=CommentState.PUBLISHED, shown__isnull=False)
                | (~models.Q(state=CommentState.PUBLISHED) & models.Q(shown__isnull=True)),
            ),
            models.CheckConstraint(
                name="comment_known_state", condition=models.Q(state__in=[state.value for state in CommentState])
            ),
            models.CheckConstraint(
                name="comment_forgets_its_address",
                condition=models.Q(address__isnull=True) | models.Q(state__in=sorted(WAITING)),
            ),
        ]
        indexes = [
            models.Index(fields=["article", "state"], name="comment_of_article"),
            models.Index(fields=["state", "written_at"], name="comment_queue"),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        """The permalink: leads to the page of the column on which the comment stands."""
        return reverse("discussion:permalink", args=[self.pk])


class Revision(models.Model):
    """One exact text, with the name and web site it was sent under. It is published whole, or not at all."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=MAX_NAME)
    website = models.URLField(max_length=MAX_WEBSITE, blank=True)
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "number"], name="revision_number_of_comment")]
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return f"revision {self.number} of comment {self.comment_id}"
