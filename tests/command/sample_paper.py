"""A sample paper with every kind of page that readers can see. Runs with the paper's settings (`Paper.shell`)."""

from broadsheet.discussion.reasons import Reason
from broadsheet.newsroom.models import ArticlePage, FrontPage
from broadsheet.review import actions as review
from broadsheet.review.outcomes import Grounds, Outcome
from tests.factories import discussion, newsroom

COMMENTS = 52  # more than fit on one page of a column
ARTICLES = 21  # more than fit on one page of a list
REMOVED = "I saw the mayor push it."


def fill() -> None:
    """Create two sections, a photograph, tags, authors, a long column and an unpublished article; print an address."""
    FrontPage.objects.get().save_revision().publish()
    newsroom.paper(name="The Elmford Courier", tagline="Since the tide went out")
    harbour, council = newsroom.section("Harbour"), newsroom.section("Council")
    newsroom.section("Nothing Yet")
    newsroom.plain_page("About")
    newsroom.plain_page("Imprint", in_footer=False)
    newsroom.author("Nobody Yet")
    ida = newsroom.author("Ida Holm")
    for number in range(ARTICLES):
        newsroom.article(
            harbour, title=f"The tide, part {number}", byline=[ida], tags=["Tides"], corrections=["It was the ebb."]
        )
    photo = newsroom.photo(size=(900, 600))
    dredger = newsroom.article(
        council,
        title="The dredger is back",
        byline=[ida],
        tags=["Ébb & flow"],
        lead_image=photo,
        lead_alt="A dredger.",
    )
    newsroom.article(harbour, title="A mistake").unpublish()
    add_comments(dredger)
    print(dredger.address)


def add_comments(article: ArticlePage) -> None:
    """Create a column of two pages, with a removed comment, and on page 2 a reply to a comment on page 1."""
    chief = discussion.chief()
    first = discussion.published(article, by=chief, text="I was there.")
    for _ in range(COMMENTS - 3):
        discussion.published(article, by=chief)
    last = discussion.published(article, by=chief)
    discussion.published(article, by=chief, text="So was I.", parent=last)
    removed = discussion.published(article, by=chief, text=REMOVED, parent=first)
    discussion.published(article, by=chief, text="Did you?", parent=removed)
    review.decide(discussion.latest(removed), Outcome.REMOVE, by=chief, grounds=Grounds(Reason.OFFENSIVE))
