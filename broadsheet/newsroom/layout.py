"""The layout of the front page: the picks of the editors until they expire, the latest articles in all other places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from broadsheet.newsroom.models import ArticlePage, FrontPage, FrontSection, FrontSlot, SectionPage
from broadsheet.pagecache.fragments import depends_on

TOP = 4
IN_SECTION = 4


@dataclass(frozen=True)
class FrontColumn:
    """One section on the front page with its articles, of which the first is shown large."""

    section: SectionPage
    articles: Sequence[ArticlePage]


@dataclass(frozen=True)
class FrontLayout:
    """The composed front page."""

    lead: ArticlePage | None
    seconds: Sequence[ArticlePage]
    columns: Sequence[FrontColumn]


def compose_front(front: FrontPage) -> FrontLayout:
    """Return the layout, in which no article appears twice, with a constant number of queries."""
    slots = list(front.slots.all())
    chosen = list(front.shown_sections.all()) if front.pk else []
    # Picks of unpublished sections are skipped, so that unpublishing needs no visit to the front page's form.
    picked = SectionPage.objects.published().in_bulk([entry.section_id for entry in chosen])
    sections = [picked[entry.section_id] for entry in chosen if entry.section_id in picked] or list(
        SectionPage.objects.published().in_menu().order_by("path")
    )
    depends_on(until=_next_expiry(slots, chosen))
    top = _fill_top(slots, _latest(TOP + len(slots)))
    columns = _fill_columns(sections, chosen, shown={article.pk for article in top})
    return FrontLayout(lead=top[0] if top else None, seconds=top[1:], columns=columns)


def _next_expiry(*places: Iterable[FrontSlot | FrontSection]) -> datetime | None:
    """Return the time at which the first pick expires, or None where all picks stay."""
    now = timezone.now()
    return min((place.until for place in chain(*places) if place.until and place.until > now), default=None)


def _latest(count: int) -> list[ArticlePage]:
    return list(ArticlePage.objects.published().newest_first().for_lists()[:count])


def _picks(places: Iterable[FrontSlot | FrontSection]) -> dict[int, ArticlePage]:
    """Return the published articles among the picks that have not expired, by primary key."""
    now = timezone.now()
    wanted = [place.article_id for place in places if place.article_id and (place.until is None or place.until > now)]
    return {article.pk: article for article in ArticlePage.objects.published().for_lists().filter(pk__in=wanted)}


def _fill_top(slots: Sequence[FrontSlot], latest: Sequence[ArticlePage]) -> list[ArticlePage]:
    places = _picked_for(slots)
    taken = {article.pk for article in places if article}
    rest = iter([article for article in latest if article.pk not in taken])
    filled = [article or next(rest, None) for article in [*places, *[None] * (TOP - len(places))]]
    return [article for article in filled if article]


def _picked_for(slots: Sequence[FrontSlot]) -> list[ArticlePage | None]:
    """Return the article of each slot, or None where the pick has expired or an earlier slot has the article."""
    now, picks = timezone.now(), _picks(slots)
    return [picks.pop(s.article_id, None) if s.until is None or s.until > now else None for s in slots]


def _fill_columns(
    sections: Sequence[SectionPage], chosen: Sequence[FrontSection], *, shown: set[int]
) -> list[FrontColumn]:
    picks = _picks(chosen)
    first = {entry.section_id: picks[entry.article_id] for entry in chosen if entry.article_id in picks}
    by_section = _latest_of(sections, but=shown)
    return [FrontColumn(section, _column(first.get(section.pk), by_section[section.pk], shown)) for section in sections]


def _latest_of(sections: Sequence[SectionPage], *, but: set[int]) -> dict[int, list[ArticlePage]]:
    """Return the latest articles of each section, by its primary key, in two queries."""
    articles = ArticlePage.objects.published().filter(section=OuterRef("pk")).exclude(pk__in=but)
    keys = articles.newest_first().values("pk")
    # A subquery for each place reads one entry of the index; a window function would read all articles of the section.
    places = {f"place_{place}": Subquery(keys[place : place + 1]) for place in range(IN_SECTION + 1)}
    wanted = SectionPage.objects.filter(pk__in=[section.pk for section in sections]).annotate(**places)
    rows = {section: latest for section, *latest in wanted.values_list("pk", *places)}
    by_key = ArticlePage.objects.published().for_lists().in_bulk({key for latest in rows.values() for key in latest})
    return {section: [by_key[key] for key in latest if key in by_key] for section, latest in rows.items()}


def _column(first: ArticlePage | None, latest: Sequence[ArticlePage], shown: set[int]) -> list[ArticlePage]:
    leading = [first] if first and first.pk not in shown else []
    return [*leading, *[article for article in latest if article not in leading]][:IN_SECTION]
