"""The emails of the readers' comments, as arguments for `mail.actions.send_template`."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from broadsheet.discussion.models import Comment
from broadsheet.discussion.tokens import MAX_CODE_ATTEMPTS, code_of, confirmation_token, receipt_token
from broadsheet.mail.models import Email
from broadsheet.newsroom.models import Paper

NO_DIGEST = "0" * 64  # in an email to nobody, which costs as much as any other (ADR 37)


def confirmation_email(comment: Comment) -> dict[str, Any]:
    """Return the email that asks whether the comment is the recipient's, with a link and a code that still counts."""
    token = confirmation_token(comment, comment.address_digest or NO_DIGEST)
    link = settings.BASE_URL + reverse("discussion:confirm", args=[token])
    code = code_of(comment) if comment.code_attempts < MAX_CODE_ATTEMPTS else ""
    return _email("confirmation", comment, link=link, code=code)


def published_email(comment: Comment) -> dict[str, Any]:
    """Return the email that tells an approved commenter that the comment is published."""
    link = settings.BASE_URL + reverse("discussion:receipt", args=[receipt_token(comment)])
    return _email("published", comment, link=link)


def _email(purpose: str, comment: Comment, **values: str) -> dict[str, Any]:
    paper = Paper.current()
    context = {"comment": comment, "paper": paper, **values}
    about = _about(purpose, comment)
    return {"purpose": purpose, "language": paper.language, "context": context, "sender": paper.name, "about": about}


def confirmation_is_undeliverable(comment: Comment) -> bool:
    """Return whether the mail server has refused the email that asks for the confirmation."""
    return Email.objects.undeliverable(confirmation_about(comment)).exists()


def confirmation_about(comment: Comment) -> str:
    """Return the name under which the outbox has the emails that ask for the confirmation of a comment."""
    return _about("confirmation", comment)


def _about(purpose: str, comment: Comment) -> str:
    return f"{purpose} {comment.pk}"
