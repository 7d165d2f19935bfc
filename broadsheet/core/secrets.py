"""Encryption of personal data, and digests that recognise it. The keys are files outside the database (ADR 8)."""

import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from broadsheet.core.errors import Refusal


class SecretLost(Refusal):
    """A stored text was encrypted with a key that this paper no longer has."""

    code = "secret-lost"
    http_status = 500


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return `text` encrypted with the newest key, as ASCII. The result differs each time."""
    return _cipher(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(ciphertext: str) -> str:
    """Return the text that `encrypt` was given; raises SecretLost where none of the paper's keys fits."""
    try:
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).decrypt(ciphertext.encode("ascii")).decode()
    except InvalidToken as error:
        raise SecretLost(
            _(
                "A stored address cannot be decrypted with the keys in the secrets folder. Restore the key that it was "
                "encrypted with."
            )
        ) from error


def sealed(purpose: str, text: str) -> str:
    """Return a text as an opaque token for a link, different each time, which serves no other purpose."""
    return encrypt(f"{purpose}\0{text}").rstrip("=")


def unsealed(purpose: str, token: str) -> str | None:
    """Return the text of a token; None for one that was not sealed here for this purpose."""
    if not token.isascii():
        return None
    try:
        found, _separator, text = decrypt(token + "=" * (-len(token) % 4)).partition("\0")
    except SecretLost:
        return None
    return text if found == purpose else None


def keyed_digest(purpose: str, text: str) -> str:
    """Return the HMAC-SHA256 of a text as 64 hex digits. Equal texts have equal digests for the same purpose."""
    return hmac.new(settings.DIGEST_KEY.encode(), f"{purpose}\0{text}".encode(), sha256).hexdigest()
