"""Imports the pictures of articles: each file of the media folder becomes one photo of the paper."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.interchange.blocks import Gallery, Picture
from broadsheet.interchange.import_log import ImportLog
from broadsheet.interchange.loading.media_folder import MediaFolder
from broadsheet.interchange.loading.media_index import MediaIndex
from broadsheet.interchange.loading.normalise import ignore, one_line
from broadsheet.interchange.loading.report import Imported, Report
from broadsheet.interchange.loading.stream_field import ImportedPicture, PictureImporter
from broadsheet.interchange.models import SourceKind
from broadsheet.interchange.records import ArticleRecord, Export, MediaRecord, PageRecord
from broadsheet.newsroom.actions import import_photo
from broadsheet.newsroom.models import Photo

MAX_TITLE = 255
MAX_CAPTION = 300
MAX_CREDIT = 160


class PhotoImporter:
    """The pictures of one export. A dry run looks for the files and saves none."""

    def __init__(self, export: Export, index: MediaIndex, folder: MediaFolder, log: ImportLog, report: Report) -> None:
        self.export, self.index, self.folder, self.log, self.report = export, index, folder, log, report
        self.photo_ids: dict[str, int] = {}

    def lead(self, article: ArticleRecord, title: str) -> ImportedPicture | None:
        """Return the lead picture of an article, if it has any; without its file, `photo_id` is empty."""
        if article.lead_media_key is None:
            return None
        media = self.index.by_key(article.lead_media_key)
        picture = self._import(Picture("", media_key=article.lead_media_key), media, title)
        alt = picture.alt or (media.title if media else "") or picture.caption or title
        return ImportedPicture(
            picture.photo_id, picture.url, one_line(alt, MAX_CAPTION, on_cut=ignore), picture.caption
        )

    def within(self, page: PageRecord, title: str) -> PictureImporter:
        """Return the function that imports the pictures of a picture or gallery block of this page."""

        def import_pictures(block: Picture | Gallery) -> Sequence[ImportedPicture]:
            if isinstance(block, Picture):
                media = self.index.by_key(block.media_key) or self.index.by_url(block.source_url)
                return [self._import(block, media, title)]
            return self._gallery(block, page, title)

        return import_pictures

    def _gallery(self, block: Gallery, page: PageRecord, title: str) -> list[ImportedPicture]:
        named = [self.index.by_key(key) for key in block.media_keys]
        members = named if block.media_keys else list(self.index.of_article(page.key))
        if not any(members):
            self.report.add_missing("a gallery", title)
        return [self._import(Picture(media.url), media, title) for media in members if media is not None]

    def _import(self, block: Picture, media: MediaRecord | None, title: str) -> ImportedPicture:
        url = block.source_url or (media.url if media else "")
        caption = block.caption or one_line(media.caption if media else "", MAX_CAPTION, on_cut=ignore)
        alt = block.alt or (media.alt if media else "")
        path = self.folder.first_image([*(media.paths if media else ()), *self.export.media_paths(url)])
        if not path:
            self.report.add_missing(url or f"picture {block.media_key}", title)
        return ImportedPicture(self._photo_id(path, alt or caption or title) if path else None, url, alt, caption)

    def _photo_id(self, path: str, description: str) -> int:
        """Return the primary key of the photo made from a file; 0 in a dry run."""
        if path not in self.photo_ids:
            logged = next(iter(self.log.targets(SourceKind.PICTURE, [path]).values()), None)
            exists = logged is not None and Photo.objects.filter(pk=logged).exists()
            self.photo_ids[path] = (
                logged if exists and logged is not None else self._save(path, description, replaces=logged is not None)
            )
        return self.photo_ids[path]

    def _save(self, path: str, description: str, *, replaces: bool) -> int:
        self.report.imported[Imported.PICTURES] += 1
        if self.report.is_dry:
            return 0
        file = self.folder.file(path)
        title = one_line(description, MAX_TITLE, on_cut=ignore) or file.stem
        credit = _("Archive of %(site)s") % {"site": self.log.source.title or self.log.source.address}
        with transaction.atomic(durable=True):
            photo = import_photo(file, title=title, credit=credit[:MAX_CREDIT], description=title)
            if replaces:
                self.log.replace(SourceKind.PICTURE, path, photo.pk)
            else:
                self.log.add(SourceKind.PICTURE, {path: photo.pk})
        return int(photo.pk)
