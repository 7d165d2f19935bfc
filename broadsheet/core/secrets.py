"""Encryption and recognition of what must not be read in the database. The keys live outside of it."""

import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from broadsheet.core.errors import Refusal


class SecretLost(Refusal):
    """A stored text was encrypted with a key that this paper no longer has."""

    code = "secret-lost"
    http_status = 500


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Seals `text` with the newest of the paper's keys; the result is ASCII and different every time."""
    return _cipher(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(sealed: str) -> str:
    """Opens what `encrypt` sealed with any of the paper's keys; raises SecretLost where none fits."""
    try:
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise SecretLost(
            "A stored address cannot be read with the keys in the secrets folder. Restore the key it was written with."
        ) from error


def keyed_digest(purpose: str, text: str) -> str:
    """Recognises the same text again without telling it: HMAC-SHA256, 64 hex digits, useless without the key."""
    return hmac.new(settings.DIGEST_KEY.encode(), f"{purpose}\0{text}".encode(), sha256).hexdigest()
