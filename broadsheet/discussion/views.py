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
from broadsheet.discussion.columns import column_page, page_of
from broadsheet.discussion.errors import WrongCode
from broadsheet.discussion.forms import CodeForm, CommentForm
from broadsheet.discussion.keys import column_key
from broadsheet.discussion.models import Comment, Terms
from broadsheet.newsroom.keys import key_of
from broadsheet.newsroom.models import ArticlePage
from broadsheet.pagecache.fragments import cacheable, cached, depends_on

# The public forms set no cookie, so there is no session to abuse: what a POST begins, only an email completes.


def _article(address: str) -> ArticlePage:
    return get_object_or_404(ArticlePage.objects.published().for_lists(), address=address)


def _article_to_comment_on(address: str) -> ArticlePage:
    found: ArticlePage = get_object_or_404(ArticlePage.objects.published().for_commenting(), address=address)
    depends_on(key_of(found))
    return found


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, address: str, answers: int | None = None) -> HttpResponse:
    """① The form on a page of its own: where it is sent, and where it comes back with what is missing."""
    article = copy(cached(("article to comment on", address), partial(_article_to_comment_on, address)))
    parent = get_object_or_404(Comment.objects.on(article).for_reading(), pk=answers) if answers else None
    terms = Terms.current()
    form = CommentForm(request.POST if request.method == "POST" else None, current=terms)
    if request.method != "POST":
        rules.check_can_write(article, terms=terms, parent=parent)
    if form.is_valid():
        comment = _submit(form, article=article, parent=parent)
        if comment is not None:
            return redirect("discussion:waiting", tokens.waiting_token(comment))
    context = {"article": article, "form": form, "parent": parent, "terms": terms}
    return render(request, "discussion/write.html", context, status=422 if form.is_bound else 200)


def _submit(form: CommentForm, *, article: ArticlePage, parent: Comment | None) -> Comment | None:
    """Stores the comment; where that is refused, the reason goes to the form and the text stays in it."""
    given = {name: form.cleaned_data[name] for name in ("terms", "wants_email")}
    address = form.cleaned_data["email"]
    try:
        return actions.submit_comment(article, words=form.words(), address=address, parent=parent, **given)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
    return None


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, token: str) -> HttpResponse:
    """② Says that an email is on its way, and takes its six digits."""
    comment = tokens.comment_of_waiting(token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            comment = actions.verify_by_code(comment, code=form.cleaned_data["code"])
        except WrongCode as wrong:
            form.add_error("code", wrong.message)
        else:
            return redirect("discussion:receipt", tokens.receipt_token(comment))
    context = {"comment": comment, "form": form}
    return render(request, "discussion/waiting.html", context, status=422 if form.is_bound else 200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """② Asks on GET, as mail scanners open links; takes the address for proven on POST."""
    comment = tokens.comment_of_confirmation(token)
    if request.method != "POST":
        rules.check_can_verify(comment)
        return render(request, "discussion/confirm.html", {"comment": comment})
    comment = actions.verify_comment(comment)
    return redirect("discussion:receipt", tokens.receipt_token(comment))


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """③ The private page of a comment: where it is, and what can be done."""
    comment = tokens.comment_of_receipt(token)
    return render(request, "discussion/receipt.html", {"comment": comment, "token": token})


@csrf_exempt
@never_cache
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the comment back at its author's wish."""
    actions.withdraw_comment(tokens.comment_of_receipt(token))
    return redirect("discussion:receipt", token)


@require_safe
def column(request: HttpRequest, address: str, number: int = 1, order: str = "oldest") -> HttpResponse:
    """Further pages of an article's column, and the newest first."""
    article = _article(address)
    cacheable(key_of(article), column_key(article), until=article.comments_close_at)
    page: Any = column_page(article, number=number, newest=order == "newest")
    context = {"article": article, "column": page, "order": order}
    return render(request, "discussion/column_page.html", context)


@require_safe
def permalink(request: HttpRequest, number: int) -> HttpResponse:
    """Leads to the page of the column on which a published comment stands."""
    comment = get_object_or_404(Comment.objects.published().select_related("article", "thread"), pk=number)
    return redirect(page_of(comment))
