"""The notes that the demo prints when it starts."""

from collections.abc import Iterator

from broadsheet.demo.sign_ins import SIGN_IN_WORDS, SIGN_INS
from broadsheet.newsroom.models import ArticlePage, Paper


def notes(base_url: str) -> str:
    """Return the notes: steps to try, addresses and accounts."""
    return "\n".join(_lines(base_url.rstrip("/")))


def article_to_comment_on() -> ArticlePage | None:
    """Return the newest article that takes comments, or None."""
    newest = ArticlePage.objects.published().newest_first()
    return next((article for article in newest[:20] if article.takes_comments), None)


def _lines(base: str) -> Iterator[str]:
    article = article_to_comment_on()
    width = max(len(account.email) for account in SIGN_INS)
    yield f"{Paper.load().name} is starting at {base}/"
    yield ""
    yield "What to try:"
    if article:
        yield f"  1  Write a comment       {base}/{article.address}/"
    yield f"  2  Open the outbox       {base}/demo/outbox/   and confirm with the link in the email"
    yield f"  3  Review it             {base}/desk/          as {SIGN_INS[2].email}"
    yield f"  4  Write an article      {base}/cms/           as {SIGN_INS[0].email}"
    yield ""
    yield f"Sign in at {base}/sign-in/. The password is always: {SIGN_IN_WORDS}"
    for account in SIGN_INS:
        yield f"  {account.email:<{width}}  {account.name}, {account.role.label.lower()}: {account.may}"
