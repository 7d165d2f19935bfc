"""The line on the home page of /cms/ that says how many comments wait, for those who may review them."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from broadsheet.discussion.models import Comment
from broadsheet.review.outcomes import Outcome
from broadsheet.review.rules import may_decide


class WaitingCommentsPanel(Component):
    """The number of comments that wait, with a link to the desk."""

    name = "waiting-comments"
    order = 50
    template_name = "desk/panels/waiting_comments.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return the context with the number."""
        return {"count": Comment.objects.awaiting_review().count()}


@hooks.register("construct_homepage_panels", order=10)
def show_waiting_comments(request: HttpRequest, panels: list[Component]) -> None:
    """Add the line for reviewers."""
    if may_decide(request.user, Outcome.APPROVE):
        panels.append(WaitingCommentsPanel())
