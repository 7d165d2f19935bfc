"""The fragments that the pages of a served paper share are cached in memory, and no change leaves a stale one there."""

from tests.command.papers import Paper

RUN = "from tests.pagecache.changes import run; print(run())"
QUERIED = "from tests.pagecache.changes import queried_tables; print(queried_tables())"


def test_after_every_change_every_page_is_as_if_no_fragment_were_cached(paper: Paper) -> None:
    assert paper.shell(RUN) == ""


def test_an_article_with_a_new_comment_queries_comments_and_no_other_table(paper: Paper) -> None:
    assert paper.shell(QUERIED) == "discussion_comment discussion_comment"
