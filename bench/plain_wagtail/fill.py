"""Makes the tables and writes the article with its comments: `python -m bench.plain_wagtail.fill MATTER`."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import django
from django.core.management import call_command
from django.utils import timezone


def main(file: str) -> None:
    """Fills the new site of the environment's folder."""
    django.setup()
    call_command("migrate", verbosity=0)
    from wagtail.models import Site  # noqa: PLC0415 - there are no models before

    from bench.plain_wagtail.models import Article, Comment  # noqa: PLC0415

    matter = json.loads(Path(file).read_text())
    body = [("paragraph", f"<p>{text}</p>") for text in matter["paragraphs"]]
    root = Site.objects.get().root_page
    article = root.add_child(instance=Article(title=matter["title"], slug=matter["slug"], body=body))
    article.save_revision().publish()
    written: list[Comment] = []
    for one in matter["comments"]:
        at = timezone.now() - timedelta(days=1) + timedelta(minutes=one["minute"])
        parent = None if one["answers"] is None else written[one["answers"]]
        comment = Comment(article=article, parent=parent, name=one["name"], text=one["text"], written_at=at)
        comment.save()
        written.append(comment)


if __name__ == "__main__":
    main(sys.argv[1])
