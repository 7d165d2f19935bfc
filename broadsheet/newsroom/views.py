"""How readers find articles: by date, section, author, tag, and by searching."""

from collections.abc import Sequence
from copy import copy
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from taggit.models import Tag
from wagtail.images.views.serve import ServeView

from broadsheet.newsroom import archive as archives
from broadsheet.newsroom.forms import DateStyleForm, SearchForm
from broadsheet.newsroom.keys import ARCHIVE, key_of, list_of
from broadsheet.newsroom.models import ArticlePage, ArticleTag, Author, Photo, SectionPage
from broadsheet.newsroom.models.lists import ArticlePages, ArticleQuerySet, page_or_404
from broadsheet.newsroom.models.pages import PAGE_SIZE
from broadsheet.newsroom.search.highlight import show
from broadsheet.newsroom.search.index import Term, find, terms_of
from broadsheet.pagecache.fragments import cacheable, cached, depends_on

TEXT = "text/plain; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def article_page(request: HttpRequest, address: str) -> HttpResponse:
    """One article at its address; one that was taken down says so with 410."""
    found = copy(cached(("article", address), partial(_article, address)))  # what a request adds is nobody else's
    if not found.live:
        return render(request, "410.html", {"article": found}, status=410)
    return found.serve(request)


def _article(address: str) -> ArticlePage:
    """Without its text, which is asked for where it is shown."""
    articles = ArticlePage.objects.select_related("section", "lead_image").defer("body")
    found: ArticlePage = get_object_or_404(articles, address=address)
    depends_on(*map(key_of, filter(None, (found, found.lead_image))))
    return found


@require_safe
def first_page(request: HttpRequest, first: str) -> HttpResponse:
    """The first page of a list has the list's own address."""
    question = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"/{first}{question}", permanent=True)


@require_safe
def section_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Further pages of a section."""
    section = get_object_or_404(SectionPage.objects.live(), slug=slug)
    return section.serve(request, number=number)


@require_safe
def author(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """What one author has written, newest first."""
    person = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    articles = ArticlePage.objects.published().filter(pk__in=person.byline_entries.values("article"))
    context = {"author": person, "articles": cut(articles, number), "summary": person.bio}
    return _page(request, "newsroom/author.html", context, key_of(person), list_of(person))


@require_safe
def tag(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """The articles on one subject, newest first."""
    subject = get_object_or_404(Tag, slug=slug)
    articles = ArticlePage.objects.published().filter(
        pk__in=ArticleTag.objects.filter(tag=subject).values("content_object")
    )
    if not articles.exists():
        raise Http404("No article is about this.")
    return _page(
        request,
        "newsroom/tag.html",
        {"tag": subject, "articles": cut(articles, number)},
        key_of(subject),
        list_of(subject),
    )


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """All years and all sections with their numbers of articles."""
    counts = {"years": archives.years(), "sections": archives.sections()}
    counted = [list_of(section) for section in counts["sections"]]
    return _page(request, "newsroom/archive.html", counts, ARCHIVE, *counted)


@require_safe
def archive_year(request: HttpRequest, year: int) -> HttpResponse:
    """The months of one year with their numbers of articles."""
    months = archives.months_of(year)
    if not months:
        raise Http404("Nothing was published in this year.")
    near = archives.around(date(year, 1, 1), date(year, 12, 31))
    context = {"day": date(year, 1, 1), "months": months, "near": near}
    return _page(request, "newsroom/archive_year.html", context, ARCHIVE)


@require_safe
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The days of one month with their articles' numbers."""
    days = archives.days_of(year, month)
    if not days:
        raise Http404("Nothing was published in this month.")
    near = archives.around(days[0]["edition_date"], days[-1]["edition_date"])
    context = {"day": date(year, month, 1), "days": days, "near": near}
    return _page(request, "newsroom/archive_month.html", context, ARCHIVE)


@require_safe
def archive_day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    """Everything that was published on one day."""
    today = _day_or_404(year, month, day)
    articles = list(ArticlePage.objects.published().dated(year, month, day).newest_first().for_lists())
    if not articles:
        raise Http404("Nothing was published on this day.")
    near = archives.around(today, today)
    context = {"day": today, "articles": articles, "near": near}
    return _page(request, "newsroom/archive_day.html", context, ARCHIVE)


@require_safe
def search(request: HttpRequest, number: int = 1) -> HttpResponse:
    """What has all the words, the best first and not without end; an empty question shows the form only."""
    form = SearchForm(_printable(request.GET))
    terms = terms_of(form.cleaned_data["q"]) if form.is_valid() else []
    context: dict[str, Any] = {"form": form, "query": form.cleaned_data.get("q", "") if terms else ""}
    if terms:
        answer = find(terms, _asked_for(form.cleaned_data))
        results = _shown(Paginator(answer.numbers, PAGE_SIZE), number, terms)
        context |= {"results": results, "total": results.paginator.count, "is_whole": answer.is_whole}
    return render(request, "newsroom/search.html", context)


@require_safe
def date_preview(request: HttpRequest) -> HttpResponse:
    """Return a sample date in the format that is being typed in /cms/, or the errors with status 422, as plain text."""
    form = DateStyleForm(request.GET)
    if form.is_valid():
        return HttpResponse(form.save(commit=False).date_preview(), content_type=TEXT)
    errors = " ".join(str(error) for messages in form.errors.values() for error in messages)
    return HttpResponse(errors, content_type=TEXT, status=422)


class PhotoView(ServeView):
    """One size and format of a photograph. Its address is signed and never shows anything else, so it may be kept."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serves the rendition, made on the first request for it."""
        response: HttpResponse = super().get(request, *args, **kwargs)
        if response.status_code == HttpResponse.status_code:
            self._let_it_be_baked(request, *args)
            response.headers["Cache-Control"] = FOR_EVER
        return response

    def _let_it_be_baked(self, request: HttpRequest, signature: str, number: str, size: str) -> None:
        """Under its own name alone: the end of the address is not signed, and each invented one would fill the disk."""
        photo = Photo.objects.get(pk=number)
        if request.path.rpartition("/")[2] == Path(photo.file.name).name:
            cacheable(key_of(photo))


def cut(articles: ArticleQuerySet, number: int) -> "Page[ArticlePage]":
    """One page of a list, newest first; raises Http404 beyond the last."""
    return page_or_404(ArticlePages(articles.newest_first(), PAGE_SIZE), number)


def _page(request: HttpRequest, template: str, context: dict[str, Any], *keys: str) -> HttpResponse:
    cacheable(*keys)
    return render(request, template, {"canonical": request.path, **context})


def _day_or_404(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Http404("The calendar has no such day.") from error


def _printable(query: Any) -> dict[str, str]:
    """The question without characters that no keyboard writes, which databases refuse."""
    return {
        name: "".join(c if c.isprintable() else " " for c in query[name])
        for name in SearchForm.base_fields
        if name in query
    }


def _asked_for(asked: dict[str, Any]) -> ArticleQuerySet:
    limits = {"section": asked["section"], "edition_date__gte": asked["since"], "edition_date__lte": asked["until"]}
    articles: ArticleQuerySet = ArticlePage.objects.published()
    return articles.filter(**{name: value for name, value in limits.items() if value})


def _shown(pages: "Paginator[Any]", number: int, terms: Sequence[Term]) -> "Page[Any]":
    page = page_or_404(pages, number)
    numbers = list(page.object_list)
    articles = ArticlePage.objects.select_related("section").in_bulk(numbers)
    page.object_list = [show(articles[number], terms) for number in numbers]
    return page
