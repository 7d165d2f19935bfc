"""One article and its readers' comments, the same for every system that is compared: as a file of JSON."""

import json
from pathlib import Path
from random import Random
from typing import Any

from bench.exports import WORDS, paragraph, sentence

TITLE, SLUG = "The council counts its votes again", "votes"
PARAGRAPHS, COMMENTS, SHOWN = 14, 500, 50


def write_matter(path: Path, *, seed: int = 9) -> Path:
    """Writes what a system is filled with; a third of the comments are answers to one of the three before them."""
    die = Random(seed)
    matter = {
        "title": TITLE,
        "slug": SLUG,
        "paragraphs": [paragraph(die) for _ in range(PARAGRAPHS)],
        "comments": [_comment(die, number) for number in range(COMMENTS)],
    }
    path.write_text(json.dumps(matter))
    return path


def _comment(die: Random, number: int) -> dict[str, Any]:
    """`answers` is the place of another comment in the list, or null."""
    answers = die.randrange(max(0, number - 3), number) if number and die.random() < 1 / 3 else None
    text = " ".join(sentence(die, 12) for _ in range(3))
    return {"name": die.choice(WORDS).title(), "text": text, "answers": answers, "minute": number}
