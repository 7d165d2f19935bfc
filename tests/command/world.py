"""Fills a paper with one of everything that readers can look at, and prints what a test wants to know of it."""

from broadsheet.discussion.reasons import Reason
from broadsheet.newsroom.models import ArticlePage, FrontPage
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom

COMMENTS = 52  # more than stand on one page of the column
ARTICLES = 21  # more than stand on one page of a list
REMOVED = "I saw the mayor push it."


def fill() -> None:
    """Two sections with a photograph, tags, authors, a long column and an article that was taken down."""
    FrontPage.objects.get().save_revision().publish()
    newsroom.paper(name="The Elmford Courier", tagline="Since the tide went out")
    harbour, council = newsroom.section("Harbour"), newsroom.section("Council")
    newsroom.section("Nothing Yet")
    newsroom.plain_page("About")
    newsroom.plain_page("Imprint", in_footer=False)
    newsroom.author("Nobody Yet")
    ida = newsroom.author("Ida Holm")
    for number in range(ARTICLES):
        newsroom.article(harbour, title=f"The tide, part {number}", byline=[ida], tags=["Tides"])
    picture = newsroom.photo(size=(900, 600))
    dredger = newsroom.article(
        council,
        title="The dredger is back",
        byline=[ida],
        tags=["Ébb & flow"],
        lead_image=picture,
        lead_alt="A dredger.",
    )
    newsroom.article(harbour, title="A mistake").unpublish()
    talk(dredger)
    print(dredger.address)


def talk(article: ArticlePage) -> None:
    """A column of two pages, with an answer on the second to a comment on the first, and a removal."""
    chief = discussion.chief()
    first = discussion.published(article, by=chief, text="I was there.")
    for _ in range(COMMENTS - 3):
        discussion.published(article, by=chief)
    last = discussion.published(article, by=chief)
    discussion.published(article, by=chief, text="So was I.", parent=last)
    removed = discussion.published(article, by=chief, text=REMOVED, parent=first)
    discussion.published(article, by=chief, text="Did you?", parent=removed)
    review.decide(discussion.latest(removed), Outcome.REMOVE, by=chief, grounds=Grounds(Reason.OFFENSIVE))
