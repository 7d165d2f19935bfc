"""The surrogate keys of the readers' column."""

from broadsheet.newsroom.models import ArticlePage

TERMS = "terms"  # the rules before each form


def column_key(article: ArticlePage | int) -> str:
    """The key of an article's column, by the article or its number."""
    return f"comments:{article if isinstance(article, int) else article.pk}"
