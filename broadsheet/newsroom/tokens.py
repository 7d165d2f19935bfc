"""The tokens of preview links: encrypted, different each time, good for one link and nothing else (ADR 39)."""

from broadsheet.core.secrets import sealed, unsealed
from broadsheet.newsroom.errors import PreviewEnded
from broadsheet.newsroom.models import PreviewLink

PREVIEW = "preview"


def preview_token(link: PreviewLink) -> str:
    """Return the token of a preview link. It tells its holder nothing, not even for which article it is."""
    return sealed(PREVIEW, str(link.pk))


def preview_link_of(token: str) -> PreviewLink:
    """Return the link of a token; raise PreviewEnded for one that this paper did not make, or whose article is gone."""
    pk = unsealed(PREVIEW, token)
    link = PreviewLink.objects.select_related("article__section").filter(pk=pk).first() if pk else None
    if link is None:
        raise PreviewEnded
    return link
