"""The emails of the readers' comments, as arguments for `mail.actions.send_template`."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from broadsheet.discussion.models import Comment
from broadsheet.discussion.tokens import confirmation_token, receipt_token
from broadsheet.newsroom.models import Paper


def confirmation_email(comment: Comment, *, code: str) -> dict[str, Any]:
    """Return the email that asks whether the comment is the recipient's, with a link and a six-digit code."""
    link = settings.BASE_URL + reverse("discussion:confirm", args=[confirmation_token(comment)])
    return _email("confirmation", comment, link=link, code=code)


def published_email(comment: Comment) -> dict[str, Any]:
    """Return the email that tells an approved commenter that the comment is published."""
    link = settings.BASE_URL + reverse("discussion:receipt", args=[receipt_token(comment)])
    return _email("published", comment, link=link)


def _email(purpose: str, comment: Comment, **values: str) -> dict[str, Any]:
    paper = Paper.current()
    return {"purpose": purpose, "language": paper.language, "context": {"comment": comment, "paper": paper, **values}}
