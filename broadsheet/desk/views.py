"""The desk: what waits, oldest first, and one decision at a time."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from broadsheet.desk.forms import DecisionForm
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import CommentState
from broadsheet.pagecache.actions import cdn_may_be_stale, lagging_nodes
from broadsheet.review import actions
from broadsheet.review.models import Decision
from broadsheet.review.reasons import Outcome

PER_PAGE = 25
PATIENCE = 1.0  # seconds that a decision waits for the paper's other machines
_ACTIONS: dict[str, Any] = {
    Outcome.APPROVE: actions.approve,
    Outcome.DECLINE: actions.decline,
    Outcome.HOLD: actions.hold,
    Outcome.REMOVE: actions.remove,
    Outcome.REINSTATE: actions.reinstate,
}
QUEUES = [CommentState.PENDING, CommentState.HELD, CommentState.PUBLISHED, CommentState.DECLINED, CommentState.REMOVED]


@never_cache
@login_required
@permission_required("review.decide", raise_exception=True)
@require_safe
def queue(request: HttpRequest, state: str = CommentState.PENDING, number: int = 1) -> HttpResponse:
    """The comments of one state: what waits oldest first, what is decided newest first."""
    waiting = Comment.objects.filter(state=state).select_related(
        "article", "article__section", "latest", "commenter", "parent__shown"
    )
    ordered = (
        waiting.oldest_first()
        if state in {CommentState.PENDING, CommentState.HELD}
        else waiting.order_by("-written_at", "-pk")
    )
    context = {
        "page": Paginator(ordered, PER_PAGE).get_page(number),
        "state": CommentState(state),
        "queues": QUEUES,
        "waiting_count": Comment.objects.awaiting_review().count(),
        "lagging_nodes": lagging_nodes(),
        "is_settling": cdn_may_be_stale(),
    }
    return render(request, "desk/queue.html", context)


@never_cache
@login_required
@permission_required("review.decide", raise_exception=True)
@require_safe
def comment(request: HttpRequest, number: int) -> HttpResponse:
    """One comment with what it answers, its article and its record, and the form for a decision."""
    return _comment_page(request, number)


@never_cache
@login_required
@permission_required("review.decide", raise_exception=True)
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """④ Makes the decision that was sent, about the text that was read."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _comment_page(request, number, form)
    revision = get_object_or_404(
        Revision.objects.select_related("comment"), pk=form.cleaned_data["revision"], comment=number
    )
    decision = _ACTIONS[form.cleaned_data["outcome"]](revision, by=request.user, **form.arguments())
    lagging_nodes(PATIENCE)  # who is late then stands at the desk
    messages.success(request, f"Comment {number}: {decision.get_outcome_display()}.")
    return redirect("desk:queue")


def _comment_page(request: HttpRequest, number: int, form: DecisionForm | None = None) -> HttpResponse:
    related = (
        "article",
        "article__section",
        "latest",
        "shown",
        "commenter",
        "parent__shown",
        "parent__latest",
        "terms",
    )
    shown = get_object_or_404(Comment.objects.select_related(*related), pk=number)
    context = {
        "comment": shown,
        "form": form or DecisionForm(initial={"revision": shown.latest_id}),
        "decisions": Decision.objects.about(shown).select_related("by", "revision"),
    }
    return render(request, "desk/comment.html", context, status=422 if form else 200)
