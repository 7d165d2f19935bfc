"""The pages of articles, and of lists of articles by date, section, author, tag and search."""

from collections.abc import Sequence
from copy import copy
from datetime import date
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from unicodedata import category

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousFileOperation
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django.views.static import serve
from taggit.models import Tag
from wagtail.images.views.multiple import AddView
from wagtail.images.views.serve import ServeView

from broadsheet.accounts.models import User
from broadsheet.core.feed_formats import absolute
from broadsheet.core.initial_image import initial_image
from broadsheet.newsroom import archive as archives
from broadsheet.newsroom.actions import make_preview_link, revoke_preview_link
from broadsheet.newsroom.errors import NotPrivate
from broadsheet.newsroom.forms import DateStyleForm, PreviewLinkForm, SearchForm, fill_empty
from broadsheet.newsroom.keys import ARCHIVE, CORRECTIONS, key_of, list_of
from broadsheet.newsroom.models import (
    ArticlePage,
    Author,
    Paper,
    Photo,
    PreviewLink,
    SearchEntry,
    SectionPage,
)
from broadsheet.newsroom.models.lists import ArticlePages, ArticleQuerySet, page_or_404
from broadsheet.newsroom.models.pages import PAGE_SIZE
from broadsheet.newsroom.queries import corrections_newest_first, with_tag
from broadsheet.newsroom.rules import check_may_edit, check_opens_draft, may_edit
from broadsheet.newsroom.search.highlight import highlighted
from broadsheet.newsroom.search.index import find
from broadsheet.newsroom.search.terms import MAX_TERMS, Term
from broadsheet.newsroom.tokens import preview_link_of, preview_token
from broadsheet.pagecache.fragments import cacheable, cached, depends_on

TEXT = "text/plain; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def article_page(request: HttpRequest, address: str) -> HttpResponse:
    """Serve the article at its address; answer 410 for an unpublished article."""
    article = copy(cached(("article", address), partial(_article, address)))  # requests must not share attributes
    if not article.is_public:
        return render(request, "410.html", {"article": article}, status=410)
    return article.serve(request)


def _article(address: str) -> ArticlePage:
    """Return the article without its text, which a cached page does not need."""
    # Unpublished articles too: they answer 410 and not 404 (RFC 9110, 15.5.11).
    articles = ArticlePage.objects.select_related("section", "lead_image").defer("body")
    article: ArticlePage = get_object_or_404(articles, address=address)
    depends_on(*map(key_of, filter(None, (article, article.lead_image))))
    return article


@require_safe
def rendition(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a file of the folder of renditions. Originals, which may contain a place, are never served (ADR 10)."""
    try:
        return serve(request, path, document_root=str(settings.MEDIA_ROOT / "images"))
    except (OSError, ValueError, SuspiciousFileOperation):  # a name too long for a file, or of one elsewhere
        raise Http404("There is no such picture.") from None


@require_safe
def first_page(request: HttpRequest, address: str) -> HttpResponse:
    """Redirect from page 1 of a list to the address of the list."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"/{address}/{query}", permanent=True)


@require_safe
def section_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Serve a further page of a section."""
    section = get_object_or_404(SectionPage.objects.published(), slug=slug)
    return section.serve(request, number=number)


@require_safe
def author(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Serve a page of an author's articles, newest first."""
    person = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    articles = ArticlePage.objects.published().filter(pk__in=person.byline_entries.values("article"))
    context = {"author": person, "articles": page_of(articles, number), "summary": person.bio}
    return _cacheable_page(request, "newsroom/author.html", context, key_of(person), list_of(person))


@require_safe
def tag(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Serve a page of the articles with a tag, newest first."""
    subject = get_object_or_404(Tag, slug=slug)
    articles = with_tag(subject)
    if not articles.exists():
        raise Http404("No article has this tag.")
    return _cacheable_page(
        request,
        "newsroom/tag.html",
        {"tag": subject, "articles": page_of(articles, number)},
        key_of(subject),
        list_of(subject),
    )


@require_safe
def corrections(request: HttpRequest, number: int = 1) -> HttpResponse:
    """Serve a page of the corrections of all articles, newest first."""
    page = page_or_404(Paginator(corrections_newest_first(), PAGE_SIZE), number)
    return _cacheable_page(request, "newsroom/corrections.html", {"corrections": page}, CORRECTIONS)


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Serve the years and the sections with their numbers of articles."""
    counts = {"years": archives.years(), "sections": archives.sections()}
    counted = [list_of(section) for section in counts["sections"]]
    return _cacheable_page(request, "newsroom/archive.html", counts, ARCHIVE, *counted)


@require_safe
def archive_year(request: HttpRequest, year: int) -> HttpResponse:
    """Serve the months of a year with their numbers of articles."""
    months = archives.months_of(year)
    if not months:
        raise Http404("Nothing was published in this year.")
    near = archives.around(date(year, 1, 1), date(year, 12, 31))
    context = {"day": date(year, 1, 1), "months": months, "near": near}
    return _cacheable_page(request, "newsroom/archive_year.html", context, ARCHIVE)


@require_safe
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Serve the days of a month with their numbers of articles."""
    days = archives.days_of(year, month)
    if not days:
        raise Http404("Nothing was published in this month.")
    near = archives.around(days[0]["edition_date"], days[-1]["edition_date"])
    context = {"day": date(year, month, 1), "days": days, "near": near}
    return _cacheable_page(request, "newsroom/archive_month.html", context, ARCHIVE)


@require_safe
def archive_day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    """Serve the articles of a day."""
    today = _day_or_404(year, month, day)
    articles = list(ArticlePage.objects.published().dated(year, month, day).newest_first().for_lists())
    if not articles:
        raise Http404("Nothing was published on this day.")
    near = archives.around(today, today)
    context = {"day": today, "articles": articles, "near": near}
    return _cacheable_page(request, "newsroom/archive_day.html", context, ARCHIVE)


@require_safe
def search(request: HttpRequest, number: int = 1) -> HttpResponse:
    """Serve a page of the articles that have all the words, or of those of a section or a period, or the form alone."""
    form = SearchForm(_printable(request.GET))
    context: dict[str, Any] = {"form": form}
    if form.is_valid() and (form.terms or form.scope):
        matches = find(form.terms[:MAX_TERMS], form.scope, newest_first=form.is_newest_first)
        results = _highlighted(Paginator(matches.keys, PAGE_SIZE), number, form.terms[:MAX_TERMS])
        context |= {"results": results, "total": results.paginator.count, "is_complete": matches.is_complete}
        context |= {"is_cut": len(form.terms) > MAX_TERMS, "max_terms": MAX_TERMS}
        context |= {"is_rebuilding": SearchEntry.objects.outdated().exists()}
    return render(request, "newsroom/search.html", context)


@require_safe
def date_preview(request: HttpRequest) -> HttpResponse:
    """Return a sample date in the format that is being typed in /cms/, or the errors with status 422, as plain text."""
    form = DateStyleForm(request.GET)
    if form.is_valid():
        return HttpResponse(form.save(commit=False).date_preview(), content_type=TEXT)
    errors = " ".join(str(error) for messages in form.errors.values() for error in messages)
    return HttpResponse(errors, content_type=TEXT, status=422)


def no_privacy(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse to make a page or a collection private."""
    raise NotPrivate


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft of a preview link as it will look, or lead to the article once it is published (ADR 39)."""
    link = preview_link_of(token)
    if link.article.is_public and link.revoked_at is None:
        return _without_referrer(redirect(link.article.get_absolute_url()))
    check_opens_draft(link)
    response: TemplateResponse = link.article.get_latest_revision_as_object().serve_preview(request, "")
    response.context_data = {**(response.context_data or {}), "is_shared_preview": True}  # not rendered yet
    return _without_referrer(response)


def _without_referrer(response: HttpResponse) -> HttpResponse:
    """Return the response of a private address, which the pages that it links to must not learn."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def edit_link(request: HttpRequest) -> HttpResponse:
    """Return the address of the form of the article at a path, for a script; 404 where there is nothing to edit."""
    article = ArticlePage.objects.published().filter(address=request.GET.get("path", "").strip("/")).first()
    if article is None or not may_edit(article, by=request.user):
        raise Http404("There is no article here that this account may edit.")
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    return JsonResponse({"address": address, "label": gettext("Edit this article")})


def preview_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the preview links of an article in /cms/ that open its draft, with a form for a new one."""
    article = get_object_or_404(ArticlePage, pk=pk)
    check_may_edit(article, by=request.user)
    form = PreviewLinkForm(request.POST or None)
    if form.is_valid():
        make_preview_link(article, by=cast("User", request.user), days=form.cleaned_data["days"])
        messages.success(request, gettext("The link has been made. Whoever has it can read the draft."))
        return redirect("preview-links", pk)
    shared = [
        (link, absolute(reverse("newsroom:preview", args=[preview_token(link)])))
        for link in article.preview_links.open().select_related("made_by")
    ]
    context = {"article": article, "form": form, "shared": shared, "page_title": _("Preview links")}
    return render(
        request, "newsroom/preview_links.html", {**context, "page_subtitle": article.get_admin_display_title()}
    )


@require_POST
def revoke_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """End a preview link now."""
    link = get_object_or_404(PreviewLink.objects.select_related("article"), pk=pk)
    revoke_preview_link(link, by=cast("User", request.user))
    messages.success(request, gettext("The link no longer works."))
    return redirect("preview-links", link.article_id)


@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    """Serve the initial of the paper's name, which stands for a logo; a change of the name purges every page."""
    cacheable()
    name = Paper.load(request_or_site=request).name
    return HttpResponse(initial_image(name), content_type="image/png")


class PhotoView(ServeView):
    """One size and format of a photograph. The address is signed and its content never changes, so it may be cached."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve the rendition, which the first request for it makes; answer 404 in a restricted collection."""
        photo = get_object_or_404(Photo.objects.select_related("collection"), pk=args[1])
        if photo.collection.get_view_restrictions().exists():
            raise Http404("This photograph is in a private collection.")
        response: HttpResponse = super().get(request, *args, **kwargs)
        return self._at_its_address(request, response, *args) if response.status_code == HTTPStatus.OK else response

    def _at_its_address(
        self, request: HttpRequest, response: HttpResponse, signature: str, pk: str, size: str
    ) -> HttpResponse:
        """Return the response with its headers, or a redirect from an invented file name, which is not signed."""
        photo = Photo.objects.get(pk=pk)
        folder, _slash, name = request.path.rpartition("/")
        if name != (own := Path(photo.file.name).name):
            response.close()  # the open file of the rendition
            return redirect(f"{folder}/{own}", permanent=True)
        cacheable(key_of(photo))
        response.headers["Cache-Control"] = FOR_EVER
        return response


class AddPhotosView(AddView):
    """Wagtail's upload of several pictures, whose forms show what is in the metadata of a file that lacks a credit."""

    object: Photo

    def get_edit_upload_form_context_data(self) -> dict[str, Any]:
        """Return the context of the form with the fields filled from the metadata of the file."""
        # The stored file has no metadata any more, so they are shown now or never.
        file = self.request.FILES["files[]"]
        texts: dict[str, Any] = {"title": self.object.title}
        fill_empty(texts, file.metadata, file_name=file.name)
        for name, value in texts.items():
            setattr(self.object, name, value)
        context: dict[str, Any] = super().get_edit_upload_form_context_data()
        return context


def page_of(articles: ArticleQuerySet, number: int) -> "Page[ArticlePage]":
    """Return a page of a list, newest first; raise Http404 beyond the last."""
    return page_or_404(ArticlePages(articles.newest_first(), PAGE_SIZE), number)


def _cacheable_page(request: HttpRequest, template: str, context: dict[str, Any], *keys: str) -> HttpResponse:
    cacheable(*keys)
    return render(request, template, {"canonical": request.path, **context})


def _day_or_404(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Http404("This date does not exist.") from error


def _printable(query: Any) -> dict[str, str]:
    """Return the query with spaces for control characters and lone surrogates, which databases refuse."""
    return {
        name: "".join(" " if category(c) in {"Cc", "Cs"} else c for c in query[name])
        for name in SearchForm.base_fields
        if name in query
    }


def _highlighted(pages: "Paginator[Any]", number: int, terms: Sequence[Term]) -> "Page[Any]":
    """Return a page of the results with the terms marked in headline and excerpt."""
    page = page_or_404(pages, number)
    keys = list(page.object_list)
    articles = ArticlePage.objects.select_related("section").in_bulk(keys)
    page.object_list = [highlighted(articles[key], terms) for key in keys]
    return page
