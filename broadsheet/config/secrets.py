"""The paper's secrets: small files in the data folder that only its owner can read (ADR 8)."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from broadsheet.config.options import BadOptions

NAMES = {
    "signing-key": "signs links and sessions",
    "encryption-keys": "encrypts email addresses; one key per line, the newest first",
    "digest-key": "recognises a commenter without storing the address; must never change",
}


def create_secrets(folder: Path) -> None:
    """Create the secrets that are missing, each with mode 0600; those that exist stay as they are."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in NAMES:
        if not (folder / name).exists():
            value = Fernet.generate_key().decode() if name == "encryption-keys" else secrets.token_urlsafe(48)
            _write(folder / name, value + "\n")


def _write(path: Path, text: str) -> None:
    # On the disk before it is renamed: a truncated key could not decrypt what the whole key has encrypted meanwhile.
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def read_secret(folder: Path, name: str) -> list[str]:
    """Return the lines of a secret; raises BadOptions where it is missing, unreadable or empty."""
    path = folder / name
    restore = f"Restore it from a backup. Its purpose: {NAMES.get(name, name)}."
    try:
        lines = path.read_text().split()
    except OSError as error:
        raise BadOptions([f"The secret {path} cannot be read ({error.strerror}). {restore}"]) from error
    except UnicodeDecodeError as error:
        raise BadOptions([f"The secret {path} is not text. {restore}"]) from error
    if not lines:
        raise BadOptions([f"The secret {path} is empty. {restore}"])
    return lines
