"""The commenter's pages: write, confirm, receipt. Each view reads the request and calls one action."""

from copy import copy
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.core.error_pages import VISIBLE_LENGTH, submitted_fields
from broadsheet.core.errors import Refusal
from broadsheet.discussion import actions, emails, rules, tokens
from broadsheet.discussion.errors import ArticleGone, EnoughEmails, TooManyCodes, TooManyEmails, WrongCode
from broadsheet.discussion.forms import CodeForm, CommentForm, OwnershipForm, answers_about
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Thread
from broadsheet.discussion.queries import (
    AddressComments,
    column_page,
    comments_of,
    published_at,
    thread_of,
    url_in_column,
)
from broadsheet.discussion.states import CommentState
from broadsheet.discussion.tokens import AddressProof
from broadsheet.limits.errors import TooManyRequests
from broadsheet.limits.keys import network_of
from broadsheet.newsroom.keys import key_of
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.fragments import cacheable, cached, depends_on

# The public forms set no cookie, so there is no session to abuse: a POST begins, and only an email completes (ADR 12).


def _article(address: str) -> ArticlePage:
    return get_object_or_404(ArticlePage.objects.published().for_lists(), address=address)


def _thread_at(address: str) -> Thread:
    """Return the thread of a published article with what the form needs of it, in one query."""
    threads = Thread.objects.select_related("article", "own_terms").defer("article__body")
    found = threads.filter(article__in=ArticlePage.objects.published(), article__address=address).first()
    thread = found or threads.get(article=published_at(address))
    depends_on(key_of(thread.article))
    return thread


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, address: str, parent_id: int | None = None) -> HttpResponse:
    """① Show the form on a page of its own, and take a comment. A form with errors comes back with its text."""
    try:
        thread = copy(cached(("thread at", address), partial(_thread_at, address)))
    except (Http404, ArticleGone):
        if request.method == "POST":
            return _text_back(request)
        raise
    if request.method != "POST" and thread.address != address:
        return redirect(request.path.replace(address, thread.address), permanent=True)
    parent = Comment.objects.published().on(thread).with_texts().filter(pk=parent_id).first() if parent_id else None
    form = CommentForm(request.POST if request.method == "POST" else None, current=thread.terms)
    if request.method != "POST":
        rules.check_can_write(thread, terms=thread.terms, parent=parent)
        rules.check_parent_found(parent, pk=parent_id)
    if form.is_valid():
        try:
            rules.check_parent_found(parent, pk=parent_id)
            comment = actions.submit_comment(thread, form.submission(network=network_of(request)), parent=parent)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("discussion:waiting", tokens.waiting_token(comment))
    return _form_page(request, form, thread=thread, parent=parent)


def _text_back(request: HttpRequest) -> HttpResponse:
    """Return what was written for an article that is not there any more."""
    gone = ArticleGone(
        _(
            "This article is no longer available, so your comment was not submitted. Copy your text if you want to "
            "keep it."
        )
    )
    context = {"refusal": gone, "kept": submitted_fields(request), "long": VISIBLE_LENGTH}
    return render(request, "refusal.html", context, status=gone.http_status)


def _form_page(request: HttpRequest, form: CommentForm, *, thread: Thread, parent: Comment | None) -> HttpResponse:
    context = {"article": thread.article, "thread": thread, "form": form, "parent": parent, "terms": thread.terms}
    return _with_form(request, "discussion/write.html", context)


def _with_form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Show a page with a form; one that comes back has the status of its errors, or of the limit that is reached."""
    form = context["form"]
    limit: Refusal | None = form.refusal if isinstance(form.refusal, TooManyRequests) else context.get("not_sent")
    status = limit.http_status if limit else 422 if form.is_bound else 200
    response = render(request, template, context, status=status)
    for name, value in limit.headers.items() if limit else ():
        response.headers[name] = value
    return response


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, token: str) -> HttpResponse:
    """② Say that an email was sent, and take its six-digit code. The page is the same in each state of the comment."""
    comment, mailbox = tokens.comment_of_waiting(token), tokens.mailbox_of_waiting(token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            code = form.cleaned_data["code"]
            verified = actions.verify_by_code(comment, code=code, network=network_of(request), mailbox=mailbox)
        except (WrongCode, TooManyCodes) as refusal:
            form.refuse(refusal)
        else:
            digest = verified.commenter.digest if verified.commenter else ""
            return _after_confirmation(verified, digest, tokens.confirmation_token(verified, digest))
    return _waiting_page(request, comment, token, form)


def _waiting_page(
    request: HttpRequest, comment: Comment, token: str, form: CodeForm, *, not_sent: Refusal | None = None
) -> HttpResponse:
    """Show the form for the code, and why the email was not sent again."""
    # In this order: the work is the same in each state of the comment.
    undeliverable = emails.confirmation_is_undeliverable(comment) and comment.state == CommentState.UNVERIFIED
    is_sent_again = "again" in request.GET
    challenge = tokens.challenge_for(comment) if comment.is_slowed and not is_sent_again else ""
    context = {"comment": comment, "form": form, "token": token, "is_sent_again": is_sent_again, "not_sent": not_sent}
    context |= {"undeliverable": undeliverable, "challenge": challenge}
    return _with_form(request, "discussion/waiting.html", context)


@csrf_exempt
@never_cache
@require_POST
def send_again(request: HttpRequest, token: str) -> HttpResponse:
    """② Send the email once more. The answer is the same in each state of the comment."""
    comment = tokens.comment_of_waiting(token)
    try:
        actions.resend_confirmation(comment, network=network_of(request))
    except (EnoughEmails, TooManyEmails) as refusal:
        return _waiting_page(request, comment, token, CodeForm(), not_sent=refusal)
    return redirect(f"{reverse('discussion:waiting', args=[token])}?again=1")


@csrf_exempt
@never_cache
@require_POST
def solve_challenge(request: HttpRequest, token: str) -> HttpResponse:
    """② Send the email at once if the browser has solved its challenge. The answer is the same in each state."""
    comment = tokens.comment_of_waiting(token)
    if not tokens.solves_challenge(comment, request.POST.get("solution", "")):
        return HttpResponse(status=422)
    actions.hasten_confirmation(comment)
    return HttpResponse(status=204)


@never_cache
@require_safe
def write_again(request: HttpRequest, token: str) -> HttpResponse:
    """① Show the form with the words that were submitted, for another address."""
    comment = tokens.comment_of_waiting(token)
    thread, submitted = comment.thread, comment.revisions.get(number=1)
    words = {name: getattr(submitted, name) for name in ("name", "website", "text")}
    form = CommentForm(current=thread.terms, initial={**words, "wants_email": comment.wants_email})
    return _form_page(request, form, thread=thread, parent=comment.parent)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """② Ask on GET, because mail scanners open links; accept the address as proven on POST.

    The page has every comment of the address that is not confirmed, to be confirmed or disowned.
    """
    proof = tokens.address_proof(token)
    if request.method == "POST" and "answers" not in request.POST:  # the page had this comment alone
        return _after_confirmation(actions.verify_comment(proof.comment), proof.digest, token)
    found = comments_of(proof.digest)
    if request.method == "POST" and not answers_about(found.unconfirmed, request.POST):
        return redirect(f"{request.path}?answered=1")  # sent twice, or about comments that are gone meanwhile
    form = OwnershipForm(request.POST if request.method == "POST" else None, comments=found.unconfirmed)
    if form.is_valid():
        mine, not_mine = form.chosen(form.MINE), form.chosen(form.NOT_MINE)
        confirmed = actions.answer_for_comments(proof.digest, confirmed=mine, disowned=not_mine)
        if len(confirmed) == 1:
            return _after_confirmation(confirmed[0], proof.digest, token)
        return redirect(f"{request.path}?answered=1")
    return _confirmation_page(request, form, proof, found)


def _confirmation_page(
    request: HttpRequest, form: OwnershipForm, proof: AddressProof, found: AddressComments
) -> HttpResponse:
    """Show the comment of the link alone, if no other is left to confirm; otherwise all of the address."""
    is_answered = "answered" in request.GET
    if not (found.unconfirmed or is_answered):
        rules.check_can_verify(proof.comment)
    is_single = not is_answered and found.unconfirmed in ([], [proof.comment])
    context = {"comment": proof.comment, "form": form, "found": found}
    context |= {"is_answered": is_answered, "is_single": is_single}
    return render(request, "discussion/confirm.html", context, status=422 if form.is_bound else 200)


def _after_confirmation(comment: Comment, digest: str, token: str) -> HttpResponse:
    """Show the receipt, unless the address has other comments to confirm: then the page of the token that proves it."""
    if Comment.objects.unconfirmed_of(digest).exists():
        return redirect(f"{reverse('discussion:confirm', args=[token])}?answered=1")
    return redirect("discussion:receipt", tokens.receipt_token(comment))


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """③ Show the private page of a comment, with its status and what its author can do."""
    comment = tokens.comment_of_receipt(token)
    return render(request, "discussion/receipt.html", {"comment": comment, "token": token})


@csrf_exempt
@never_cache
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Withdraw the comment at its author's wish."""
    comment = tokens.comment_of_receipt(token)
    if comment.state != CommentState.WITHDRAWN:
        actions.withdraw_comment(comment)
    return redirect("discussion:receipt", token)


@require_safe
def column(request: HttpRequest, address: str, number: int = 1, order: str = "oldest") -> HttpResponse:
    """Show a further page of an article's comments, or the newest first."""
    article = _article(address)
    thread = thread_of(article)
    cacheable(key_of(article), thread_key(thread), until=thread.next_change)
    page: Any = column_page(thread, number=number, newest=order == "newest")
    context = {"article": article, "thread": thread, "column": page, "order": order}
    return render(request, "discussion/column_page.html", context)


@require_safe
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """Redirect to the page of the column that has a published comment, or the stub of a removed one; else answer 410.

    A comment that was never published has the answer of one that does not exist. Of an article that was taken off,
    nothing is named.
    """
    comments = Comment.objects.once_published().select_related("thread__article", "root")
    comment = get_object_or_404(comments, pk=pk)
    rules.check_has_place(comment)
    return redirect(url_in_column(comment))
