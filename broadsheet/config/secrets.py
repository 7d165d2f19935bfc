"""The paper's secrets: small files in the data folder that only its owner may read."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from broadsheet.config.options import BadOptions

NAMES = {
    "signing-key": "signs links and sessions",
    "encryption-keys": "seals addresses; one key a line, the newest first",
    "digest-key": "recognises a person again; must never change",
}


def create_secrets(folder: Path) -> None:
    """Writes the secrets that are missing, each with mode 0600; those that exist stay as they are."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in NAMES:
        if not (folder / name).exists():
            value = Fernet.generate_key().decode() if name == "encryption-keys" else secrets.token_urlsafe(48)
            _write(folder / name, value + "\n")


def _write(path: Path, text: str) -> None:
    """Puts the file in its place whole and on the disk: a secret that is cut short would be lost with all it sealed."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def read_secret(folder: Path, name: str) -> list[str]:
    """Reads the lines of one secret; raises BadOptions where it is missing, unreadable or empty."""
    path = folder / name
    try:
        lines = path.read_text().split()
    except OSError as error:
        raise BadOptions(
            [f"The secret {path} cannot be read ({error.strerror}). It {NAMES.get(name, 'is needed')}."]
        ) from error
    except UnicodeDecodeError as error:
        raise BadOptions(
            [f"The secret {path} is not text. Restore it from a backup: it {NAMES.get(name, 'is needed')}."]
        ) from error
    if not lines:
        raise BadOptions([f"The secret {path} is empty. Restore it from a backup: it {NAMES.get(name, 'is needed')}."])
    return lines
