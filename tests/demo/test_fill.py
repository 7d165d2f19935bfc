"""The filled demo: everything is there, nothing is left over, and a second run changes nothing."""

import dataclasses
import tempfile
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import ReferenceIndex, Revision

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.demo.copy_reader import read_copy
from broadsheet.demo.fill import fill
from broadsheet.demo.management.commands import demo_notes, fill_demo
from broadsheet.demo.sign_ins import CHIEF, EDITOR, REPORTER, REVIEWER, SIGN_IN_WORDS, SIGN_INS
from broadsheet.discussion.models import Comment
from broadsheet.discussion.states import CommentState
from broadsheet.donations.models import DonationAppeal
from broadsheet.mail.models import Email
from broadsheet.newsroom.models import ArticlePage, Paper, Photo
from broadsheet.review.models import Decision
from broadsheet.review.outcomes import Outcome
from tests.demo.switched_on import demo_settings
from tests.factories import newsroom

COPY = read_copy()
SMALL = dataclasses.replace(COPY, stories=COPY.stories[:2], remarks=[])


def said(command: Any, **options: Any) -> str:
    """Runs a command and returns what it prints."""
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def authors_of(article: ArticlePage) -> list[int]:
    return [entry.author_id for entry in article.byline.all()]


@pytest.mark.exhaustive
class TestTheFilledDemo(TestCase):
    """One paper, filled once for all of these."""

    folder: ClassVar[Path]
    told: ClassVar[str]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.enterClassContext(override_settings(**demo_settings(cls.folder)))
        cls.told = said(fill_demo.Command())

    def test_the_command_says_what_it_has_put_in(self) -> None:
        assert f"{len(COPY.stories)} articles, 20 photographs and {len(COPY.remarks)} comments" in self.told
        assert ArticlePage.objects.published().count() == len(COPY.stories)
        assert Paper.load().name == "The Brackwater Courant"

    def test_a_second_run_changes_nothing_and_says_so(self) -> None:
        before = [model.objects.count() for model in (ArticlePage, Comment, Decision, User, Photo, Revision)]
        assert "Nothing was changed" in said(fill_demo.Command())
        assert [model.objects.count() for model in (ArticlePage, Comment, Decision, User, Photo, Revision)] == before

    def test_the_newest_article_is_of_this_week_and_all_have_their_addresses(self) -> None:
        newest = ArticlePage.objects.published().newest_first().first()
        assert newest is not None
        assert timezone.now() - timedelta(days=7, hours=1) < newest.published_at <= timezone.now()
        for article in ArticlePage.objects.published():
            assert article.address == f"{article.edition_date:%Y/%m/%d}/{article.slug}"
            assert article.updated_at is None or article.updated_at > article.published_at

    def test_comments_are_in_every_state_with_the_decisions_that_brought_them_there(self) -> None:
        assert set(Comment.objects.values_list("state", flat=True)) == set(CommentState)
        outcomes = Counter(Decision.objects.values_list("outcome", flat=True))
        states = Counter(Comment.objects.values_list("state", flat=True))
        assert outcomes[Outcome.DECLINE] == states[CommentState.DECLINED]
        assert outcomes[Outcome.REMOVE] == states[CommentState.REMOVED]
        assert outcomes[Outcome.HOLD] == states[CommentState.HELD]
        assert set(Decision.objects.values_list("by__email", flat=True)) == {REVIEWER.email}
        assert not Decision.objects.filter(made_at__gt=timezone.now()).exists()

    def test_what_has_expired_or_was_erased_has_no_words_left(self) -> None:
        gone = Comment.objects.filter(state__in=[CommentState.EXPIRED, CommentState.ERASED])
        assert set(gone.values_list("latest__name", "latest__website", "latest__text")) == {("", "", "")}
        assert not Comment.objects.filter(address__isnull=False).exists()

    def test_what_is_unverified_is_young_enough_to_be_there_tomorrow_at_this_hour(self) -> None:
        assert Comment.objects.filter(state=CommentState.UNVERIFIED).exists()
        assert not Comment.objects.unverified_too_long().exists()

    def test_no_email_and_no_task_is_left_over(self) -> None:
        assert not Email.objects.exists()
        assert not (self.folder / "outbox").exists()

    def test_everything_is_in_the_indexes(self) -> None:
        found = ArticlePage.objects.live().search("ferry")
        assert len(found) >= 5
        photo = Photo.objects.get(title="Ferry dawn")
        assert ReferenceIndex.get_references_to(photo).exists()

    def test_every_type_of_page_answers_under_the_strip_without_a_cookie(self) -> None:
        article = ArticlePage.objects.get(slug="the-sea-in-tanners-row")
        day = article.address.rpartition("/")[0]
        addresses = ["/", "/town/", f"/{article.address}/", "/archive/", f"/{day[:4]}/", f"/{day[:7]}/", f"/{day}/",
                     "/authors/leila-farrow/", "/tags/flood/", "/about/", "/contact/", "/rules/", "/privacy/",
                     "/demo/outbox/"]  # fmt: skip
        for address in addresses:
            page = self.client.get(address)
            assert page.status_code == 200, address
            assert "demo-strip" in page.content.decode(), address
            assert not page.cookies, address

    def test_every_article_answers_with_its_words(self) -> None:
        for article in ArticlePage.objects.published():
            assert self.client.get(f"/{article.address}/").status_code == 200, article.address
            assert article.body, article.address

    def test_the_strip_names_every_sign_in(self) -> None:
        front = self.client.get("/").content.decode()
        assert SIGN_IN_WORDS in front
        assert [one.email for one in SIGN_INS if one.email not in front] == []

    def test_everybody_can_sign_in_and_gets_where_the_role_leads(self) -> None:
        # Not one with a photograph: Wagtail leaves a file open when it makes the thumbnail.
        article = ArticlePage.objects.filter(lead_image=None, live=True).first()
        assert article is not None
        leads = {EDITOR: {"/cms/": 200, f"/cms/pages/{article.pk}/edit/": 200, "/desk/": 403},
                 REPORTER: {"/cms/": 200, "/desk/": 403},
                 REVIEWER: {"/desk/": 200},
                 CHIEF: {"/desk/": 200}}  # fmt: skip
        for one, doors in leads.items():
            self.client.post("/sign-in/", {"username": one.email, "password": SIGN_IN_WORDS})
            assert {door: self.client.get(door).status_code for door in doors} == doors, one.email
            self.client.logout()

    def test_every_account_is_in_its_group(self) -> None:
        groups = {user.email: [group.name for group in user.groups.all()] for user in User.objects.all()}
        assert groups == {one.email: [one.role] for one in SIGN_INS}
        assert {one.role for one in SIGN_INS} == set(Role)

    def test_an_editor_opens_what_readers_see(self) -> None:
        for article in ArticlePage.objects.published():
            draft = article.get_latest_revision_as_object()
            assert draft.body == article.body
            assert [entry.author_id for entry in draft.byline.all()] == [
                entry.author_id for entry in article.byline.all()
            ]
            assert sorted(draft.tags.names()) == sorted(article.tags.names())
            assert not article.has_unpublished_changes
            draft.full_clean()

    def test_corrections_keep_their_place_and_their_day(self) -> None:
        wanted = Counter(len(story.text.corrections) for story in COPY.stories)
        assert Counter(article.corrections.count() for article in ArticlePage.objects.all()) == wanted

    def test_the_appeal_is_shown_with_its_links(self) -> None:
        appeal = DonationAppeal.load()
        assert appeal.shown
        assert appeal.links.count() == len(COPY.appeal.link)

    def test_the_notes_tell_what_to_try_and_lead_to_an_open_column(self) -> None:
        notes = said(demo_notes.Command(), base_url="http://127.0.0.1:8123/")
        path = notes.split("http://127.0.0.1:8123/20", 1)[1].split()[0]
        assert ArticlePage.objects.get(address=f"20{path}".rstrip("/")).takes_comments
        assert SIGN_IN_WORDS in notes
        assert [one.email for one in SIGN_INS if one.email not in notes] == []


@pytest.fixture
def in_a_folder(settings: Settings, tmp_path: Path) -> Path:
    for name, value in demo_settings(tmp_path).items():
        setattr(settings, name, value)
    return tmp_path


@pytest.mark.django_db
def test_an_interrupted_run_leaves_no_rows_and_the_next_completes(in_a_folder: Path) -> None:
    appeal = dataclasses.replace(COPY.appeal, iban="DE00 0000 0000 0000 0000 00")
    with pytest.raises(ValidationError):
        fill(dataclasses.replace(SMALL, appeal=appeal))
    assert not ArticlePage.objects.exists()
    assert not User.objects.exists()
    assert fill(SMALL) is not None
    photos = sorted(path.name for path in (in_a_folder / "media/original_images").iterdir())
    assert photos == sorted(f"{name}.jpg" for name in SMALL.photos)


@pytest.mark.django_db
def test_a_paper_with_articles_is_left_alone(in_a_folder: Path) -> None:
    article = newsroom.article()
    with pytest.raises(CommandError, match="already has articles"):
        call_command(fill_demo.Command())
    assert list(ArticlePage.objects.all()) == [article]


@pytest.mark.django_db
def test_notes_on_an_empty_paper_name_no_article() -> None:
    assert "Write a comment" not in said(demo_notes.Command(), base_url="http://127.0.0.1:8000")
