"""Threads, their comments, the exact texts of these, and the terms under which they were written."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from broadsheet.commenters.models import Commenter
from broadsheet.core.fields import EncryptedTextField
from broadsheet.core.primary_keys import draw_number
from broadsheet.discussion.keys import TERMS
from broadsheet.discussion.states import TAKEN_BACK, VISIBLE_STATES, WAITING, CommentState, ReviewState
from broadsheet.limits.states import Rate
from broadsheet.newsroom.models import ArticlePage, SectionPage
from broadsheet.pagecache.fragments import cached

MAX_TEXT = 5000
MAX_NAME = 80
MAX_WEBSITE = 200
MAX_PAGE_URL = 1000
LONG_NUMBER = 8  # digits; the numbers of a paper's early years were counted and are shorter
UNVERIFIED_FOR = timedelta(hours=24)


class Terms(models.Model):
    """A version of the terms that commenters accept: rules, licence, privacy. A version never changes."""

    version = models.CharField(
        _("version"),
        max_length=40,
        unique=True,
        help_text=_("For example 2026-11. A published version cannot be changed."),
    )
    rules = models.TextField(_("rules"), help_text=_("One rule per line. They appear above the form."))
    licence = models.TextField(
        _("licence"), help_text=_("What the paper may do with a comment, and how it names the author.")
    )
    privacy = models.TextField(_("privacy"), help_text=_("What happens to the email address."))
    digest = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(_("published"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("comment terms")
        ordering = ["-published_at", "-pk"]
        get_latest_by = ["published_at", "pk"]

    def __str__(self) -> str:
        return f"terms {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version with the digest of its text."""
        self.digest = sha256("\0".join([self.version, self.rules, self.licence, self.privacy]).encode()).hexdigest()
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "Terms | None":
        """Return the version in force; None for a paper that has not published its terms."""
        return cached("terms", cls.objects.first, on=[TERMS])

    @property
    def rule_lines(self) -> list[str]:
        """Return the rules as a list."""
        return [line.strip() for line in self.rules.splitlines() if line.strip()]


class Thread(models.Model):
    """The discussion of one article, or of a page of another site, to which its comments belong.

    An article has exactly one thread: the database inserts it with the article, whatever inserts that (ADR 29).
    The title, section and address of an article's thread are the article's; the `page_…` fields are another site's.
    """

    article = models.OneToOneField(
        ArticlePage, null=True, blank=True, on_delete=models.CASCADE, related_name="thread", verbose_name=_("article")
    )
    page_url = models.URLField(_("address of the page"), max_length=MAX_PAGE_URL, null=True, blank=True)  # noqa: DJ001 - null: an article has its own
    page_title = models.CharField(_("title of the page"), max_length=255, blank=True, db_default="")
    page_section = models.ForeignKey(
        SectionPage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("section")
    )
    own_terms = models.ForeignKey(
        Terms, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("terms")
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("thread"), _("threads")
        constraints = [
            models.UniqueConstraint(fields=["page_url"], name="thread_page_url"),
            models.CheckConstraint(
                name="thread_of_an_article_or_a_page",
                condition=models.Q(article__isnull=False, page_url__isnull=True, page_title="")
                | (models.Q(article__isnull=True, page_url__isnull=False) & ~models.Q(page_title="")),
            ),
            models.CheckConstraint(
                name="thread_closes_after_it_opens",
                condition=models.Q(opens_at__isnull=True)
                | models.Q(closes_at__isnull=True)
                | models.Q(opens_at__lt=models.F("closes_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"thread {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the address of the page under which the thread appears."""
        return self.article.get_absolute_url() if self.article else self.page_url or ""

    @property
    def address(self) -> str:
        """Return the path of the article without its slashes, or the address of the page."""
        return (self.article.address if self.article else self.page_url) or ""

    @property
    def title(self) -> str:
        """Return the headline of the article, or the title of the page."""
        return self.article.title if self.article else self.page_title

    @property
    def public_title(self) -> str:
        """Return the title, or a line in its place while the article is off the site. Only staff see the title then."""
        return self.title if self.is_public else str(_("An article that is currently unavailable"))

    @property
    def cited(self) -> str:
        """Return the public title in quotation marks, or words in its place, as in "Your comment on …"."""
        if self.is_public:
            return _("“%(headline)s”") % {"headline": self.title}
        return str(_("an article that is currently unavailable"))

    @property
    def section(self) -> SectionPage | None:
        """Return the section of the article, or the section that was chosen for the page."""
        return self.article.section if self.article else self.page_section

    @property
    def is_public(self) -> bool:
        """Return whether readers can see the article; a page of another site counts as public."""
        return self.article is None or self.article.is_public

    @property
    def terms(self) -> Terms | None:
        """Return the terms in force for new comments: the thread's own, else the paper's."""
        return self.own_terms or Terms.current()

    @property
    def closing_time(self) -> datetime | None:
        """Return the datetime when the thread closes. If it stays open, return None."""
        times = [self.closes_at, self.article.comments_close_at if self.article else None]
        return min(filter(None, times), default=None)

    @property
    def next_change(self) -> datetime | None:
        """Return the datetime when the thread next opens or closes. If it does neither, return None."""
        now = timezone.now()
        return min((at for at in (self.opens_at, self.closing_time) if at and at > now), default=None)

    @property
    def takes_comments(self) -> bool:
        """Return whether readers may comment now. The terms are not considered."""
        now, closing = timezone.now(), self.closing_time
        is_open = (self.opens_at is None or self.opens_at <= now) and (closing is None or now < closing)
        return is_open and (self.article is None or self.article.takes_comments)


def _earlier(comment: "Comment", *, time: str, pk: str) -> models.Q:
    """Return the condition for rows with an earlier time, or the same time and a lower primary key, than a comment."""
    same_time = {time: comment.written_at, f"{pk}__lt": comment.pk}
    return models.Q(**{f"{time}__lt": comment.written_at}) | models.Q(**same_time)


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments by their state, their thread and their order."""

    def published(self) -> "CommentQuerySet":
        """Return the comments that readers may read."""
        return self.filter(state=CommentState.PUBLISHED)

    def once_published(self) -> "CommentQuerySet":
        """Return the comments that readers may read or could read once; it is no secret that these exist."""
        return self.filter(published_at__isnull=False)

    def awaiting_review(self) -> "CommentQuerySet":
        """Return the comments that a reviewer has yet to read."""
        return self.filter(state=CommentState.PENDING)

    def repeated_by(self, comment: "Comment", commenter: Commenter) -> "CommentQuerySet":
        """Return the commenter's comments with the text and the place of an unverified one, of the day before it."""
        text = comment.latest
        return self.filter(
            thread=comment.thread_id,
            parent=comment.parent_id,
            commenter=commenter,
            verified_at__isnull=False,
            written_at__gte=comment.written_at - UNVERIFIED_FOR,
            revisions__number=1,
            revisions__name=text.name if text else "",
            revisions__text=text.text if text else "",
        ).exclude(state__in=TAKEN_BACK)

    def unverified_too_long(self) -> "CommentQuerySet":
        """Return the comments whose address was not confirmed within 24 hours."""
        return self.filter(state=CommentState.UNVERIFIED, written_at__lt=timezone.now() - UNVERIFIED_FOR)

    def unconfirmed_of(self, digest: str) -> "CommentQuerySet":
        """Return the comments that an address has yet to confirm and still can, oldest first."""
        written = {"written_at__gt": timezone.now() - UNVERIFIED_FOR}
        return self.filter(address_digest=digest, state=CommentState.UNVERIFIED, **written).oldest_first()

    def reached(self, rate: Rate) -> bool:
        """Return whether as many of these comments were written within a rate's period, and are not confirmed."""
        unconfirmed = self.filter(state=CommentState.UNVERIFIED, written_at__gt=timezone.now() - rate.period)
        return unconfirmed[rate.times - 1 : rate.times].exists()

    def confirmed_lately_by(self, digest: str) -> "CommentQuerySet":
        """Return the comments that an address has confirmed within 24 hours, oldest first."""
        since = timezone.now() - UNVERIFIED_FOR
        return self.filter(commenter__digest=digest, verified_at__gt=since).oldest_first()

    def on(self, thread: Thread | int) -> "CommentQuerySet":
        """Return the comments of one thread, given with its row or its primary key."""
        return self.filter(thread=thread)

    def visible_on(self, thread: Thread | int) -> "CommentQuerySet":
        """Return the comments that the column of a thread shows."""
        return self.on(thread).visible()

    def visible(self) -> "CommentQuerySet":
        """Return the published comments, and others with published replies, of which a column shows a stub."""
        has_replies = models.Exists(Comment.objects.published().filter(parent=models.OuterRef("pk")))
        stub = models.Q(state__in=sorted(VISIBLE_STATES - {CommentState.PUBLISHED})) & has_replies
        return self.filter(models.Q(state=CommentState.PUBLISHED) | stub)

    def counted_by_address(self) -> "models.QuerySet[Comment, tuple[str, int]]":
        """Return pairs of the address of a public article and the number of these comments in its thread."""
        field = "thread__article__address"
        counted = self.filter(thread__article__is_public=True)
        return counted.order_by(field).values_list(field).annotate(count=models.Count("pk"))

    def oldest_first(self) -> "CommentQuerySet":
        """Return the comments in the order in which they were written."""
        return self.order_by("written_at", "pk")

    def in_branches(self, *, newest: bool = False) -> "CommentQuerySet":
        """Return roots by the time of writing, each followed by the replies beneath it, oldest first."""
        first = ["-root__written_at", "-root_id"] if newest else ["root__written_at", "root_id"]
        reply_last = models.Case(models.When(parent__isnull=True, then=0), default=1)
        return self.order_by(*first, reply_last, "written_at", "pk")

    def before_in_branches(self, comment: "Comment") -> "CommentQuerySet":
        """Return the comments that precede one `in_branches`, oldest first. A `root` not yet fetched costs a query."""
        root, is_root = comment.root or comment, models.Q(parent__isnull=True)
        earlier_branches = _earlier(root, time="root__written_at", pk="root_id")
        earlier = _earlier(comment, time="written_at", pk="pk")
        same_branch = is_root | earlier if comment.parent_id else is_root & earlier
        return self.filter(earlier_branches | models.Q(root=root) & same_branch)

    def with_texts(self) -> "CommentQuerySet":
        """Return the comments with the text that readers see, and that of the comment they reply to."""
        return self.select_related("shown", "parent__shown")


class Comment(models.Model):
    """A reader's comment. Its text is in its revisions; its place in its life is its state.

    Its number, the primary key, is drawn and not counted: receipts and permalinks show it (ADR 33).
    """

    id = models.BigAutoField(primary_key=True, default=draw_number)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    # The comment that begins the branch: itself, for a comment that replies to none.
    root = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    # None until the address is proven: a submission looks no address up (ADR 33).
    commenter = models.ForeignKey(Commenter, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")
    terms = models.ForeignKey(Terms, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=CommentState.choices, default=CommentState.UNVERIFIED)
    latest = models.ForeignKey("Revision", null=True, on_delete=models.PROTECT, related_name="+")
    shown = models.ForeignKey("Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    written_at = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    # Deleted as soon as they are no longer needed (ADR 8).
    address = EncryptedTextField(null=True, editable=False)
    # Of the address, by which its owner finds what is still to be confirmed (ADR 37).
    address_digest = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null: confirmed or gone
    wants_email = models.BooleanField(default=False)
    # Submitted under pressure: its email waits until its browser has solved a challenge, or for longer (ADR 37).
    is_slowed = models.BooleanField(default=False, db_default=False, editable=False)
    emails_sent = models.PositiveSmallIntegerField(default=1, editable=False)
    code_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    # Of the submission, by which its repetition is recognised until the address is proven.
    fingerprint = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null: no longer compared

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("comment"), _("comments")
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], name="comment_fingerprint"),
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
            models.CheckConstraint(
                name="comment_has_a_commenter_once_verified",
                condition=models.Q(verified_at__isnull=True) | models.Q(commenter__isnull=False),
            ),
            models.CheckConstraint(
                name="comment_repetition_until_verified",
                condition=models.Q(fingerprint__isnull=True) | models.Q(state=CommentState.UNVERIFIED),
            ),
            models.CheckConstraint(
                name="comment_digest_until_verified",
                condition=models.Q(address_digest__isnull=True) | models.Q(state=CommentState.UNVERIFIED),
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "state", "written_at"], name="comment_of_thread"),
            models.Index(fields=["state", "written_at"], name="comment_queue"),
            models.Index(
                fields=["address_digest"],
                name="comment_unconfirmed",
                condition=models.Q(address_digest__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} ({self.state})"

    def get_absolute_url(self) -> str:
        """Return the permalink, which redirects to the page of the column that has the comment."""
        return reverse("discussion:permalink", args=[self.pk])

    @property
    def number(self) -> str:
        """Return the number as people read it, in groups of four digits; old numbers are short enough without."""
        digits = str(self.pk)
        groups = (digits[start : start + 4] for start in range(0, len(digits), 4))
        return digits if len(digits) < LONG_NUMBER else "\u00a0".join(groups)

    @property
    def has_lapsed(self) -> bool:
        """Return whether the 24 hours have passed in which its address can be confirmed."""
        return self.written_at <= timezone.now() - UNVERIFIED_FOR

    @property
    def article(self) -> ArticlePage | None:
        """Return the article of the thread; None under a page of another site."""
        return self.thread.article


class Revision(models.Model):
    """An exact text with the name and website it was sent under. It is published whole, or not at all."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField(default=1)
    review = models.CharField(max_length=12, choices=ReviewState.choices, default=ReviewState.UNREVIEWED)
    name = models.CharField(max_length=MAX_NAME)
    website = models.URLField(max_length=MAX_WEBSITE, blank=True)
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("revision"), _("revisions")
        constraints = [
            models.UniqueConstraint(fields=["comment", "number"], name="revision_number_of_comment"),
            models.CheckConstraint(
                name="revision_known_review_state",
                condition=models.Q(review__in=[review.value for review in ReviewState]),
            ),
        ]
        ordering: ClassVar[list[str]] = ["number", "pk"]

    def __str__(self) -> str:
        return f"revision {self.number} of comment {self.comment_id}"
