"""Puts the one article and its comments into a paper; runs inside it."""

import json
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from broadsheet.discussion.actions import ImportedComment, import_comments
from broadsheet.discussion.models import Revision, Terms, Thread
from broadsheet.discussion.states import CommentState
from broadsheet.newsroom.models import ArticlePage, Author, BylineEntry, FrontPage, SectionPage


def fill(file: str) -> str:
    """Publishes the article, by an author, in a section, open for comments; its address."""
    matter = json.loads(Path(file).read_text())
    Terms.objects.create(version="1", rules="Be kind.\nKeep to the matter.", licence="Ours.", privacy="Yours.")
    section = FrontPage.objects.get().add_child(instance=SectionPage(title="Council", slug="council"))
    body = [("paragraph", f"<p>{text}</p>") for text in matter["paragraphs"]]
    article = section.add_child(instance=ArticlePage(title=matter["title"], slug=matter["slug"], body=body, live=False))
    article.byline.set([BylineEntry(author=Author.objects.create(name="Ada", slug="ada"))])
    article.save_revision().publish()
    article.refresh_from_db()
    _comment(article, matter["comments"])
    return str(article.address)


def _comment(article: ArticlePage, comments: list[dict[str, object]]) -> None:
    began = timezone.now() - timedelta(days=1)
    thread, batch = Thread.objects.get(article=article), list[ImportedComment]()
    for number, one in enumerate(comments):
        answers = one["answers"]
        batch.append(
            ImportedComment(
                thread_id=thread.pk,
                revision=Revision(name=str(one["name"]), text=str(one["text"])),
                digest=f"reader {number % 100}",
                written_at=began + timedelta(minutes=number),
                state=CommentState.PUBLISHED,
                parent=batch[answers] if isinstance(answers, int) else None,
            )
        )
    import_comments(batch)
