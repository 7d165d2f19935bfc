"""The links of a served paper, read and made with its keys: the mailboxes of its readers."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from django.core import signing


@dataclass(frozen=True)
class Links:
    """The links that the paper in a folder sends and shows."""

    folder: Path

    def number_in(self, waiting: str) -> int:
        """Return the number of the comment whose page waits for the code at an address."""
        token = waiting.split("/")[3]
        opened = Fernet(self._key("encryption-keys")).decrypt(token + "=" * (-len(token) % 4)).decode()
        return int(opened.split("\0")[1])

    def confirmation(self, number: int) -> str:
        """Return the address that the email about a comment leads to."""
        key = self._key("signing-key")
        token = signing.TimestampSigner(key=key, salt="discussion.confirmation", sep=".").sign(str(number))
        return f"/comments/confirm/{token}/"

    def _key(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text().split()[0]
