"""The desk: the queue, oldest first, and one decision at a time."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from broadsheet.accounts.models import User
from broadsheet.core.errors import Refusal
from broadsheet.desk.forms import DecisionForm
from broadsheet.desk.queries import Removal
from broadsheet.discussion.errors import InvalidTransition, TextChanged
from broadsheet.discussion.models import Comment, Revision
from broadsheet.discussion.states import CommentState
from broadsheet.pagecache.actions import cdn_may_be_stale, lagging_nodes, snapshot
from broadsheet.pagecache.models import Snapshot
from broadsheet.review import rules
from broadsheet.review.actions import decide as decide_revision
from broadsheet.review.models import Decision

PER_PAGE = 25
QUEUES = [CommentState.PENDING, CommentState.HELD, CommentState.PUBLISHED, CommentState.DECLINED, CommentState.REMOVED]
OLDEST_FIRST = frozenset({CommentState.PENDING, CommentState.HELD})
_THREAD = ("thread__article__section", "thread__page_section")
_View = Callable[..., HttpResponse]


def reviewers_only(view: _View) -> _View:
    """Ask for a sign-in, and refuse an account that may decide nothing."""

    @never_cache
    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rules.check_can_review(request.user)
        return view(request, *args, **kwargs)

    return checked


@reviewers_only
@require_safe
def queue(request: HttpRequest, state: str = CommentState.PENDING, number: int = 1) -> HttpResponse:
    """List the comments of one state: those that await a decision oldest first, others newest first."""
    comments = Comment.objects.filter(state=state).select_related(*_THREAD, "latest", "commenter", "parent__shown")
    ordered = comments.oldest_first() if state in OLDEST_FIRST else comments.order_by("-written_at", "-pk")
    context = {
        "page": Paginator(ordered, PER_PAGE).get_page(number),
        "state": CommentState(state),
        "queues": QUEUES,
        "pending_count": Comment.objects.awaiting_review().count(),
        "held_count": Comment.objects.filter(state=CommentState.HELD).count(),
        "lagging_nodes": lagging_nodes(),
        "cdn_may_be_stale": cdn_may_be_stale(),
    }
    return render(request, "desk/queue.html", context)


@reviewers_only
@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one comment with its article, its parent and its record, and the form for a decision."""
    return _comment_page(request, pk)


@reviewers_only
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """④ Record a decision about the text that was read."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _comment_page(request, pk, form)
    data = form.cleaned_data
    revision = get_object_or_404(Revision.objects.select_related("comment"), pk=data["revision"], comment=pk)
    try:
        decision = decide_revision(
            revision,
            data["outcome"],
            by=cast("User", request.user),
            grounds=form.grounds(),
            private_note=data["private_note"],
            seen=data["state"],
        )
    except (InvalidTransition, TextChanged) as refusal:
        return _comment_page(request, pk, refusal=refusal)
    removal = Removal(decision, snapshot())
    address = reverse("desk:removal", args=[decision.pk, removal.snapshot]) if removal.is_pending else ""
    messages.success(request, removal.sentence, extra_tags=address)
    return redirect("desk:queue")


@reviewers_only
@require_safe
def removal(request: HttpRequest, pk: int, upto: Snapshot) -> HttpResponse:
    """Say whether the comment that a decision removed is gone from every machine: 202 until it is."""
    found = Removal(get_object_or_404(Decision.objects.select_related("revision__comment"), pk=pk), upto)
    status = HTTPStatus.ACCEPTED if found.is_pending else HTTPStatus.OK
    return HttpResponse(found.sentence, content_type="text/plain; charset=utf-8", status=status)


def _comment_page(
    request: HttpRequest, pk: int, form: DecisionForm | None = None, *, refusal: Refusal | None = None
) -> HttpResponse:
    """Show the comment as it is now. After a refusal the form has the words that were sent, for another decision."""
    related = (*_THREAD, "latest", "shown", "commenter", "parent__shown", "parent__latest", "terms")
    found = get_object_or_404(Comment.objects.select_related(*related), pk=pk)
    seen = {"revision": found.latest_id, "state": found.state}
    context = {
        "comment": found,
        "form": form or DecisionForm(initial={**request.POST.dict(), **seen}),
        "refusal": refusal,
        "decisions": Decision.objects.about(found).select_related("by", "revision"),
    }
    status = refusal.http_status if refusal else HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return render(request, "desk/comment.html", context, status=status)
