"""Develops the pictures of articles: files from the uploads folder become photographs, once each."""

from collections.abc import Sequence

from django.db import transaction

from broadsheet.interchange.loading.attachments import Attachment, Attachments
from broadsheet.interchange.loading.bodies import Developed, Shown
from broadsheet.interchange.loading.report import Came, Report
from broadsheet.interchange.loading.uploads import Uploads
from broadsheet.interchange.loading.wording import one_line
from broadsheet.interchange.memory import Memory
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.wordpress.blocks import Gallery, Picture
from broadsheet.interchange.wordpress.records import PostRecord
from broadsheet.newsroom.actions import import_photo
from broadsheet.newsroom.models import Photo

MAX_TITLE = 255
MAX_CAPTION = 300
MAX_CREDIT = 160


class Pictures:
    """The pictures of one source. In a dry run it looks whether the files are there, and stores none."""

    def __init__(self, attachments: Attachments, uploads: Uploads, memory: Memory, report: Report) -> None:
        self.attachments, self.uploads, self.memory, self.report = attachments, uploads, memory, report
        self.stored: dict[str, int] = {}

    def lead(self, post: PostRecord, title: str) -> Shown | None:
        """The featured picture, if the post has one and its file is there."""
        if post.featured_image_id is None:
            return None
        attachment = self.attachments.numbered(post.featured_image_id)
        shown = self._shown(Picture("", attachment_id=post.featured_image_id), attachment, title)
        words = shown.alt or (attachment.title if attachment else "") or shown.caption or title
        return Shown(shown.photo, shown.url, one_line(words, MAX_CAPTION, cut=_unminded), shown.caption)

    def within(self, post: PostRecord, title: str) -> Developed:
        """What becomes of the pictures and galleries in the body of a post."""

        def developed(block: Picture | Gallery) -> Sequence[Shown]:
            if isinstance(block, Picture):
                return [self._shown(block, self._attachment(block), title)]
            return self._gallery(block, post, title)

        return developed

    def _attachment(self, block: Picture) -> Attachment | None:
        return self.attachments.numbered(block.attachment_id) or self.attachments.at(block.source_url)

    def _gallery(self, block: Gallery, post: PostRecord, title: str) -> list[Shown]:
        found = [self.attachments.numbered(number) for number in block.attachment_ids]
        members = found if block.attachment_ids else list(self.attachments.of(post.source_id))
        if not any(members):
            self.report.miss("a gallery", title)
        return [self._shown(Picture(one.url), one, title) for one in members if one is not None]

    def _shown(self, block: Picture, attachment: Attachment | None, title: str) -> Shown:
        url = block.source_url or (attachment.url if attachment else "")
        caption = block.caption or one_line(attachment.caption if attachment else "", MAX_CAPTION, cut=_unminded)
        alt = block.alt or (attachment.alt if attachment else "")
        name = self.uploads.file_of(attachment, url)
        if not name:
            self.report.miss(url or f"picture {block.attachment_id}", title)
        return Shown(self._photo(name, alt or caption or title) if name else None, url, alt, caption)

    def _photo(self, name: str, words: str) -> int:
        """The number of the photograph that a file has become; 0 in a dry run."""
        if name not in self.stored:
            known = next(iter(self.memory.known(SourceKind.PICTURE, [name]).values()), None)
            there = known is not None and Photo.objects.filter(pk=known).exists()
            self.stored[name] = (
                known if there and known is not None else self._store(name, words, again=known is not None)
            )
        return self.stored[name]

    def _store(self, name: str, words: str, *, again: bool) -> int:
        self.report.came[Came.PICTURES] += 1
        if self.report.is_dry:
            return 0
        path = self.uploads.path(name)
        words = one_line(words, MAX_TITLE, cut=_unminded) or path.stem
        credit = f"Archive of {self.memory.source.title or self.memory.source.address}"[:MAX_CREDIT]
        with transaction.atomic(durable=True):
            photo = import_photo(path, title=words, credit=credit, description=words)
            if again:
                self.memory.replace(SourceKind.PICTURE, name, photo.pk)
            else:
                self.memory.remember(SourceKind.PICTURE, {name: photo.pk})
        return int(photo.pk)


def _unminded() -> None:
    """For words that are a copy: the source's are kept elsewhere."""
