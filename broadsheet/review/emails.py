"""The email about a decision, as arguments for `mail.actions.send_template`."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from broadsheet.discussion.models import Comment
from broadsheet.discussion.tokens import receipt_token
from broadsheet.newsroom.models import Paper
from broadsheet.review.models import Decision


def decision_email(decision: Decision, comment: Comment) -> dict[str, Any]:
    """Return the email that tells the author the outcome, the reason with its rule, and the explanation."""
    link = settings.BASE_URL + reverse("discussion:receipt", args=[receipt_token(comment)])
    paper = Paper.current()  # its language applies, also where the reviewer has chosen another for the desk
    context = {"decision": decision, "comment": comment, "paper": paper, "link": link}
    return {"purpose": "decision", "language": paper.language, "context": context, "sender": paper.name}
