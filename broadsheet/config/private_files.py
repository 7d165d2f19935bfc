"""The folders of the paper that no other user of the machine may look into, a web server in front included."""

from pathlib import Path

OWNER_ONLY = 0o700
# Originals of photographs, which may contain a place (ADR 10), documents, and the demo's emails.
PRIVATE_FOLDERS = ("media/original_images", "media/documents", "outbox", "secrets")


def make_folders_private(data: Path) -> None:
    """Create the folder of the originals if it is missing, and take the private folders away from other users."""
    (data / PRIVATE_FOLDERS[0]).mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    for folder in filter(Path.is_dir, map(data.joinpath, PRIVATE_FOLDERS)):
        if folder.stat().st_mode & ~OWNER_ONLY & 0o777:
            folder.chmod(OWNER_ONLY)
