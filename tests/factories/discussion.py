"""Comments in any state, reached by walking the real actions."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.commenters.models import address_digest
from broadsheet.discussion import actions, tokens
from broadsheet.discussion.models import Comment, Revision, Terms, Thread
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review import actions as review
from broadsheet.review.outcomes import NEEDS_REASON, Grounds, Outcome
from tests.factories import accounts, newsroom

_numbers = count(1)


def terms(version: str = "2026-01") -> Terms:
    """The terms in force, or a new version of them."""
    words = {
        "rules": "Keep it polite.\nObey the law.",
        "licence": "You license your words to us.",
        "privacy": "E-mail is for verification.",
    }
    return Terms.objects.get_or_create(version=version, defaults=words)[0]


def words(text: str = "", *, name: str = "Ida Holm", website: str = "") -> Revision:
    """A text that is not stored yet; different every time unless given."""
    return Revision(
        name=name, website=website, text=text or f"I was there in the rain, for the {next(_numbers)}th time."
    )


def thread(article: ArticlePage | None = None) -> Thread:
    """The thread of an article."""
    return Thread.objects.select_related("article").get(article=article or newsroom.article())


def submitted(
    article: ArticlePage | None = None,
    *,
    text: str = "",
    name: str = "Ida Holm",
    website: str = "",
    address: str = "",
    parent: Comment | None = None,
    wants_email: bool = False,
    key: str = "",
) -> Comment:
    """An UNVERIFIED comment."""
    submission = actions.Submission(
        words(text, name=name, website=website),
        network=f"network {next(_numbers)}",
        address=address or f"reader{next(_numbers)}@post.example",
        terms=terms(),
        wants_email=wants_email,
        key=key,
    )
    return actions.submit_comment(thread(article), submission, parent=parent)


def confirmation_token(comment: Comment) -> str:
    """What the link in the email about a comment ends with."""
    commenter = comment.commenter.digest if comment.commenter else ""
    return tokens.confirmation_token(comment, address_digest(comment.address) if comment.address else commenter)


def wrong_code(comment: Comment) -> str:
    """Six digits that are not the comment's code."""
    return "000000" if tokens.code_of(comment) != "000000" else "000001"


def pending(article: ArticlePage | None = None, **given: object) -> Comment:
    """A PENDING comment."""
    return actions.verify_comment(submitted(article, **given))  # type: ignore[arg-type]


def chief() -> User:
    """A chief reviewer."""
    return accounts.staff(Role.CHIEF_REVIEWER)


def published(article: ArticlePage | None = None, *, by: User | None = None, **given: object) -> Comment:
    """A PUBLISHED comment, approved by a reviewer."""
    comment = pending(article, **given)
    review.decide(latest(comment), Outcome.APPROVE, by=by or chief())
    return fresh(comment)


def many_published(article: ArticlePage, number: int) -> list[Comment]:
    """Many PUBLISHED comments at once, a minute apart, as an import would bring them."""
    first = timezone.now() + timedelta(minutes=1)
    batch = [
        actions.ImportedComment(
            thread_id=thread(article).pk,
            revision=words(),
            digest=address_digest(f"many{one}@post.example"),
            written_at=first + timedelta(minutes=one),
            state=CommentState.PUBLISHED,
        )
        for one in range(number)
    ]
    return actions.import_comments(batch)


def decided(comment: Comment, outcome: Outcome) -> Comment:
    """The comment after a decision, with a reason where one is needed."""
    grounds = Grounds(Reason.SLANDER) if outcome in NEEDS_REASON else Grounds()
    review.decide(latest(comment), outcome, by=chief(), grounds=grounds)
    return fresh(comment)


def in_state(state: CommentState, article: ArticlePage | None = None, **given: object) -> Comment:
    """A comment in any state, brought there by the moves that lead to it."""
    if state == CommentState.UNVERIFIED:
        return submitted(article, **given)  # type: ignore[arg-type]
    if state == CommentState.EXPIRED:
        return actions.expire_comment(submitted(article, **given))  # type: ignore[arg-type]
    comment = pending(article, **given)
    if state == CommentState.WITHDRAWN:
        return actions.withdraw_comment(comment)
    if state == CommentState.HELD:
        review.decide(latest(comment), Outcome.HOLD, by=chief())
    if state == CommentState.DECLINED:
        review.decide(latest(comment), Outcome.DECLINE, by=chief(), grounds=Grounds(Reason.IRRELEVANT))
    if state in {CommentState.PUBLISHED, CommentState.REMOVED}:
        review.decide(latest(comment), Outcome.APPROVE, by=chief())
    if state == CommentState.REMOVED:
        review.decide(latest(comment), Outcome.REMOVE, by=chief(), grounds=Grounds(Reason.SLANDER))
    return fresh(comment)


def latest(comment: Comment) -> Revision:
    """The exact text that a reviewer would read now."""
    found = fresh(comment).latest
    assert found is not None
    return found


def fresh(comment: Comment) -> Comment:
    """The comment as it stands in the table now."""
    return Comment.objects.select_related("latest", "shown", "thread__article").get(pk=comment.pk)
