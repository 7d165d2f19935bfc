"""The home page of /cms/: today's articles and their states, the way to a new one, and what needs attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult
from wagtail.admin.ui.components import Component
from wagtail.models import Page, Revision, WorkflowState
from wagtail.permissions import policy_registry

from broadsheet.mail.models import Email
from broadsheet.newsroom.completeness import MissingPart, missing_parts
from broadsheet.newsroom.models import ArticlePage, Paper, SectionPage
from broadsheet.newsroom.models.bulk_pages import free_slug
from broadsheet.newsroom.states import ArticleState

AT_MOST = 50
DRAFTS_FOR = timedelta(days=7)
LATE_AFTER = timedelta(minutes=3)  # the clock looks each minute


@dataclass
class DayArticle:
    """An article of the day: the page, its newest version, its state and the time that belongs to it."""

    page: ArticlePage
    state: ArticleState
    time: datetime | None
    may_edit: bool

    @cached_property
    def newest(self) -> Any:
        """The newest version, which may be a draft."""
        return self.page.get_latest_revision_as_object() if self.page.has_unpublished_changes else self.page

    @property
    def missing(self) -> list[MissingPart]:
        """The parts that are still missing."""
        return missing_parts(self.newest.lead_image, self.newest.lead_alt, self.newest.body)

    @property
    def is_late(self) -> bool:
        """Whether the article is scheduled for a time that has passed."""
        late = self.state == ArticleState.SCHEDULED and self.time is not None
        return late and self.time < timezone.now() - LATE_AFTER  # type: ignore[operator]


class Day:
    """The articles that a member of staff finds in the morning."""

    def __init__(self, user: Any) -> None:
        self.user = user
        page_type = ContentType.objects.get_for_model(Page)
        revisions = Revision.objects.filter(base_content_type=page_type, approved_go_live_at__isnull=False)
        self.schedule = {int(pk): time for pk, time in revisions.values_list("object_id", "approved_go_live_at")}
        workflows = WorkflowState.objects.active().filter(base_content_type=page_type)
        self.reviews = {int(pk): status for pk, status in workflows.values_list("object_id", "status")}

    def articles(self) -> list[DayArticle]:
        """Return the articles of the day by state; within a state, those that are due or changed first come first."""
        pages = self._pages()
        policy = policy_registry.get_by_type(Page)
        mine = policy.instances_user_has_permission_for(self.user, "change").filter(pk__in=[page.pk for page in pages])
        editable = set(mine.values_list("pk", flat=True))
        found = [self._article(page, page.pk in editable) for page in pages]
        order = list(ArticleState)
        return sorted(found, key=lambda article: order.index(article.state))

    def _pages(self) -> list[ArticlePage]:
        now, today = timezone.now(), Paper.current().midnight() - timedelta(days=1)
        of_day = (
            Q(pk__in=[*self.schedule, *self.reviews])
            | Q(address__isnull=False, published_at__gte=today)
            | Q(latest_revision_created_at__gte=today)
            | Q(address__isnull=True, latest_revision_created_at__gte=now - DRAFTS_FOR)
        )
        articles = ArticlePage.objects.filter(of_day).select_related("section", "lead_image", "owner")
        return list(articles.order_by("-latest_revision_created_at", "-pk")[:AT_MOST])

    def _article(self, page: ArticlePage, may_edit: bool) -> DayArticle:
        changed = page.latest_revision_created_at
        if page.pk in self.schedule:
            return DayArticle(page, ArticleState.SCHEDULED, self.schedule[page.pk], may_edit)
        if page.pk in self.reviews:
            returned = self.reviews[page.pk] == WorkflowState.STATUS_NEEDS_CHANGES
            return DayArticle(page, ArticleState.RETURNED if returned else ArticleState.WAITING, changed, may_edit)
        if page.live:
            state = ArticleState.CHANGED if page.has_unpublished_changes else ArticleState.PUBLISHED
            return DayArticle(page, state, page.published_at, may_edit)
        return DayArticle(page, ArticleState.TAKEN_OFF if page.address else ArticleState.DRAFT, changed, may_edit)


class TodayPanel(Component):
    """Today's articles, with the button for a new one above them."""

    name = "today"
    order = 100
    template_name = "newsroom/panels/today.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return the context with the articles, and with the sentences about the machine for administrators."""
        user = parent_context["request"].user
        articles = Day(user).articles()
        return {
            "articles": articles,
            "late": [article for article in articles if article.is_late],
            "has_sections": SectionPage.objects.exists(),
            "troubles": list(troubles()) if user.is_superuser else [],
        }


def write_article(request: HttpRequest) -> HttpResponse:
    """Redirect to the form of a new article, in the section in which the member of staff wrote last."""
    mine = (
        ArticlePage.objects.filter(owner=request.user, section__live=True)
        .order_by("-pk")
        .values_list("section", flat=True)
    )
    section = mine.first() or SectionPage.objects.order_by("path").values_list("pk", flat=True).first()
    if section is None:
        return redirect("wagtailadmin_home")
    return redirect("wagtailadmin_pages:add", "newsroom", "articlepage", section)


def refile_draft(user: Any, page: Page, section: SectionPage) -> None:
    """Move a draft to the section that was chosen in its form; raise PermissionDenied where the user may not."""
    if not page.permissions_for_user(user).can_move_to(section):
        raise PermissionDenied
    if not Page._slug_is_available(page.slug, section, page):
        page.slug = free_slug(section, page.slug, is_taken=lambda _slug: False)
        page.save(update_fields=["slug"])
    page.move(section, pos="last-child", user=user)


def troubles() -> Iterator[str]:
    """Yield a sentence about emails that are late, and one about tasks that failed since yesterday."""
    late = Email.objects.overdue().count()
    if late:
        yield ngettext(
            "%(count)d email has been waiting for more than five minutes. Is the worker running?",
            "%(count)d emails have been waiting for more than five minutes. Is the worker running?",
            late,
        ) % {"count": late}
    failed = DBTaskResult.objects.failed().filter(finished_at__gte=timezone.now() - timedelta(days=1)).count()
    if failed:
        sentence = ngettext("%(count)d task failed since yesterday.", "%(count)d tasks failed since yesterday.", failed)
        yield f"{sentence % {'count': failed}} {_('The log of the worker says why.')}"
