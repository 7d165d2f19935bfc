"""What the pages of a served paper have in common is kept in memory, and no change of the paper leaves it there."""

from tests.command.papers import Paper

RUN = "from tests.pagecache.changes import run; print(run())"
ASKED_FOR = "from tests.pagecache.changes import asked_for; print(asked_for())"


def test_every_page_is_as_if_nothing_were_kept_after_every_change(paper: Paper) -> None:
    assert paper.shell(RUN) == ""


def test_an_article_with_a_new_comment_asks_for_comments_and_for_nothing_else(paper: Paper) -> None:
    assert paper.shell(ASKED_FOR) == "discussion_comment discussion_comment"
