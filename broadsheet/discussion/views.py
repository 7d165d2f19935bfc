"""The commenter's pages: write, confirm, receipt. Each view reads the request and calls one action."""

from copy import copy
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.core.errors import Refusal
from broadsheet.discussion import actions, rules, tokens
from broadsheet.discussion.errors import WrongCode
from broadsheet.discussion.forms import CodeForm, CommentForm
from broadsheet.discussion.keys import thread_key
from broadsheet.discussion.models import Comment, Thread
from broadsheet.discussion.queries import column_page, thread_of, url_in_column
from broadsheet.newsroom.keys import key_of
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.fragments import cacheable, cached, depends_on

# The public forms set no cookie, so there is no session to abuse: a POST begins, and only an email completes (ADR 12).


def _article(address: str) -> ArticlePage:
    return get_object_or_404(ArticlePage.objects.published().for_lists(), address=address)


def _thread_at(address: str) -> Thread:
    """Return the thread of a published article with what the form needs of it, in one query."""
    threads = Thread.objects.select_related("article", "own_terms").defer("article__body")
    thread = get_object_or_404(threads.filter(article__in=ArticlePage.objects.published(), article__address=address))
    depends_on(key_of(thread.article))
    return thread


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, address: str, parent_id: int | None = None) -> HttpResponse:
    """① Show the form on a page of its own, and take a comment. A form with errors comes back with its text."""
    thread = copy(cached(("thread at", address), partial(_thread_at, address)))
    parent = get_object_or_404(Comment.objects.on(thread).with_texts(), pk=parent_id) if parent_id else None
    form = CommentForm(request.POST if request.method == "POST" else None, current=thread.terms)
    if request.method != "POST":
        rules.check_can_write(thread, terms=thread.terms, parent=parent)
    if form.is_valid():
        comment = _submit(form, thread=thread, parent=parent)
        if comment is not None:
            return redirect("discussion:waiting", tokens.waiting_token(comment))
    context = {"article": thread.article, "thread": thread, "form": form, "parent": parent, "terms": thread.terms}
    return render(request, "discussion/write.html", context, status=422 if form.is_bound else 200)


def _submit(form: CommentForm, *, thread: Thread, parent: Comment | None) -> Comment | None:
    """Return the stored comment; if it is refused, add the reason to the form, which keeps the text."""
    values = {name: form.cleaned_data[name] for name in ("terms", "wants_email")}
    address = form.cleaned_data["email"]
    try:
        return actions.submit_comment(thread, revision=form.revision(), address=address, parent=parent, **values)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
    return None


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, token: str) -> HttpResponse:
    """② Say that an email was sent, and take its six-digit code."""
    comment = tokens.comment_of_waiting(token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            comment = actions.verify_by_code(comment, code=form.cleaned_data["code"])
        except WrongCode as refusal:
            form.add_error("code", refusal.message)
        else:
            return redirect("discussion:receipt", tokens.receipt_token(comment))
    context = {"comment": comment, "form": form}
    return render(request, "discussion/waiting.html", context, status=422 if form.is_bound else 200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """② Ask on GET, because mail scanners open links; accept the address as proven on POST."""
    comment = tokens.comment_of_confirmation(token)
    if request.method != "POST":
        rules.check_can_verify(comment)
        return render(request, "discussion/confirm.html", {"comment": comment})
    comment = actions.verify_comment(comment)
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
    actions.withdraw_comment(tokens.comment_of_receipt(token))
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
    """Redirect to the page of the column that has a published comment."""
    comments = Comment.objects.published().select_related("thread__article", "root")
    return redirect(url_in_column(get_object_or_404(comments, pk=pk)))
