"""The emails of the readers' column."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from broadsheet.discussion.models import Comment
from broadsheet.discussion.tokens import confirmation_token, receipt_token
from broadsheet.newsroom.models import Paper


def confirmation_email(comment: Comment, *, code: str) -> dict[str, str]:
    """Asks whoever has the address whether the comment is theirs: a link, and six digits."""
    link = settings.BASE_URL + reverse("discussion:confirm", args=[confirmation_token(comment)])
    return _email("confirmation", comment, link=link, code=code)


def outcome_email(comment: Comment) -> dict[str, str]:
    """Tells that there is a decision, and where it stands with its reason."""
    link = settings.BASE_URL + reverse("discussion:receipt", args=[receipt_token(comment)])
    return _email("outcome", comment, link=link)


def _email(purpose: str, comment: Comment, **words: str) -> dict[str, str]:
    context = {"comment": comment, "article": comment.article, "paper": Paper.speaking(), **words}
    text = render_to_string(f"emails/{purpose}.txt", context)
    subject, _, body = text.strip().partition("\n")
    return {"purpose": purpose, "subject": subject, "text": body.strip() + "\n"}
