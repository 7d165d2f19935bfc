"""A small paper in which every kind of page has something to show."""

from datetime import UTC, datetime

from django.urls import reverse

from broadsheet.discussion.models import Comment
from broadsheet.discussion.reasons import Reason
from broadsheet.discussion.states import CommentState
from broadsheet.discussion.tokens import receipt_token, waiting_token
from broadsheet.donations.models import DonationAppeal, DonationLink
from broadsheet.newsroom.models import ArticlePage
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom

DAY = datetime(2026, 3, 28, 7, 30, tzinfo=UTC)
FILM = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def rich_article() -> ArticlePage:
    """An article with every block that a body can have, and everything around it."""
    picture = newsroom.photo(size=(1500, 1000))
    table = {
        "data": [["Group", "Seats"], ["Harbour Alliance", "13"], ["Commons", "6"]],
        "table_caption": "How they sit",
        "first_row_is_table_header": True,
        "table_header_choice": "row",
        "first_col_is_header": True,
    }
    body = [
        ("paragraph", "<p>The ferry stays, <b>for now</b> and <i>for good</i>.</p><p>Nobody abstained.</p>"),
        ("subhead", "The two who moved"),
        ("quote", {"text": "I have lost.", "attribution": "Ruth Amsel, mayor"}),
        ("picture", {"photo": picture, "caption": "The plans.", "alt": "A drawing of a bridge"}),
        ("listing", "<ul><li>One boat</li><li>Two boats</li></ul>"),
        ("table", table),
        ("embed", {"url": FILM, "title": "The vote, 2 minutes"}),
        ("preformatted", "High water 01.12\nLow water  07.20"),
    ]
    return newsroom.article(
        newsroom.section("Council", description="What is decided."),
        DAY,
        title="Council drops the bridge and keeps the ferry, by 17 votes to 16",
        slug="ferry-stays",
        kicker="Elm crossing",
        deck="Two councillors who backed the bridge changed their minds.",
        place="Brackwater",
        byline=[
            newsroom.author("Leila Farrow", role="Council correspondent", bio="Sits through it."),
            (newsroom.author("Greta Moss"), "photographs"),
        ],
        tags=["Ferry"],
        corrections=["An earlier version said 583,000 passengers; it was 538,000."],
        lead_image=picture,
        lead_caption="The boat leaves.",
        lead_alt="A ferry at dawn",
        body=body,
    )


def appeal() -> None:
    """An appeal with a link and an account."""
    shown = DonationAppeal(
        shown=True, headline="Keep the lamp lit", text="It is written by people.", account_name="The Trust",
        iban="DE02 1203 0000 0000 2020 51", purpose="Gift",
    )  # fmt: skip
    shown.links = [DonationLink(label="Give by card", url="https://give.example/card")]
    shown.save()


def argument(article: ArticlePage) -> Comment:
    """Comments three deep, one with a web site and a link, and a removed one that was answered; returns the first."""
    first = discussion.published(
        article, text="Was it <b>cold</b>?\nSee https://weather.example/?a=1&b=2.", website="https://ida.example/"
    )
    answer = discussion.published(article, text="It was.", name="Otto Lind", parent=first)
    discussion.published(article, text="Then wear a coat.", name="Ada", parent=answer)
    gone = discussion.published(article, text="He stole it all.", name="Slanderer")
    discussion.published(article, text="That is not so.", parent=gone)
    review.decide(discussion.latest(gone), Outcome.REMOVE, by=discussion.chief(), grounds=Grounds(Reason.SLANDER))
    return first


def public_addresses(article: ArticlePage) -> dict[str, str]:
    """Every kind of public page, by name."""
    first = argument(article)
    newsroom.plain_page("About", deck="Who we are.", body=[("paragraph", "<p>Founded in 1884.</p>")])
    newsroom.article(article.section, DAY, title="Nothing was said", slug="nothing-said")
    appeal()
    unverified = discussion.submitted(article)
    at = f"/{article.address}/"
    pages = {
        "front": "/", "section": "/council/", "article": at, "article without comments": "/2026/03/28/nothing-said/",
        "plain": "/about/", "author": "/authors/leila-farrow/", "tag": "/tags/ferry/", "archive": "/archive/",
        "year": "/2026/", "month": "/2026/03/", "day": "/2026/03/28/", "search": "/search/?q=ferry",
        "lost": "/nothing-here/",
        "column": reverse("discussion:newest", args=[article.address]),
        "write": reverse("discussion:write", args=[article.address]),
        "answer": reverse("discussion:reply", args=[article.address, first.pk]),
        "waiting": reverse("discussion:waiting", args=[waiting_token(unverified)]),
        "confirm": reverse("discussion:confirm", args=[discussion.confirmation_token(unverified)]),
        "sign-in": "/sign-in/",
    }  # fmt: skip
    receipts = {
        f"receipt, {state}": receipt(discussion.in_state(state, article))
        for state in CommentState
        if state != CommentState.ERASED
    }
    return {**pages, **receipts}


def receipt(comment: Comment) -> str:
    """The address of a comment's private page."""
    return reverse("discussion:receipt", args=[receipt_token(comment)])


def desk_addresses(article: ArticlePage) -> dict[str, str]:
    """Every kind of page at the desk, by name."""
    waiting, removed = discussion.pending(article), discussion.in_state(CommentState.REMOVED, article)
    return {
        "queue": "/desk/", "empty queue": "/desk/held/",
        "comment": f"/desk/comments/{waiting.pk}/", "removed comment": f"/desk/comments/{removed.pk}/",
    }  # fmt: skip
