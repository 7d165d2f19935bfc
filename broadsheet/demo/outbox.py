"""The outbox of the demo: a file for each email in the data folder, in place of a mail server."""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage  # noqa: TID251 - a backend, which takes emails and sends none
from django.core.mail.backends.base import BaseEmailBackend  # noqa: TID251
from django.utils import timezone

_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{6}-[0-9a-f]{8}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_PUNCTUATION = ".,;:!?)”’'"


@dataclass(frozen=True)
class Posted:
    """An email in the outbox."""

    name: str
    subject: str
    to: str
    text: str
    posted_at: datetime

    @property
    def paragraphs(self) -> list[list[tuple[bool, str]]]:
        """The paragraphs of the text in pieces; True precedes a web address, False other text."""
        return [list(_pieces(paragraph)) for paragraph in re.split(r"\n{2,}", self.text.strip())]


class OutboxBackend(BaseEmailBackend):
    """The email backend of the demo, which writes each email to the outbox folder atomically."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each email, and return their number."""
        folder = Path(settings.OUTBOX)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            _store(folder, message.message().as_bytes())
        return len(email_messages)


def emails(limit: int = 100) -> list[Posted]:
    """Return the latest emails, newest first; the file names sort by time."""
    files = sorted(Path(settings.OUTBOX).glob("*.eml"), key=lambda path: path.name, reverse=True)
    return [_read(path) for path in files[:limit]]


def email(name: str) -> Posted | None:
    """Return an email by its name, or None; a name that is not the outbox's own never reaches the file system."""
    if not _NAME.fullmatch(name):
        return None
    path = Path(settings.OUTBOX) / f"{name}.eml"
    return _read(path) if path.is_file() else None


def _store(folder: Path, content: bytes) -> None:
    name = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}"
    unfinished = folder / f"{name}.part"
    unfinished.write_bytes(content)
    unfinished.replace(folder / f"{name}.eml")


def _read(path: Path) -> Posted:
    message = message_from_bytes(path.read_bytes(), _class=ParsedMessage, policy=policy.default)
    body = message.get_body(("plain",))
    return Posted(
        name=path.stem,
        subject=str(message["subject"] or ""),
        to=str(message["to"] or ""),
        text=body.get_content() if body else "",
        posted_at=datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone()),
    )


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    end = 0
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_PUNCTUATION)
        yield False, text[end : match.start()]
        yield True, address
        end = match.start() + len(address)
    yield False, text[end:]
