"""Imports the pictures of articles: each file of the media folder becomes one photo of the paper."""

from collections.abc import Sequence
from dataclasses import replace

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

LEAD = "lead"  # stands among the URLs of pictures that a page lacks for its lead photograph
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
        picture = self._found(Picture("", media_key=article.lead_media_key), media, title)
        alt = picture.alt or (media.title if media else "") or picture.caption or title
        return self.imported(replace(picture, alt=one_line(alt, MAX_CAPTION, on_cut=ignore)), title)

    def within(self, page: PageRecord, title: str, left_out: list[str]) -> PictureImporter:
        """Return the function that imports the pictures of a block of this page, and notes those that are left out."""

        def import_pictures(block: Picture | Gallery) -> Sequence[ImportedPicture]:
            pictures = [self.imported(picture, title) for picture in self.found(block, page, title)]
            left_out.extend(picture.url for picture in pictures if picture.photo_id is None)
            return pictures

        return import_pictures

    def found(self, block: Picture | Gallery, page: PageRecord, title: str) -> list[ImportedPicture]:
        """Return the pictures of a block with their files as far as the folder has them; saves none."""
        if isinstance(block, Gallery):
            return self._gallery(block, page, title)
        media = self.index.by_key(block.media_key) or self.index.by_url(block.source_url)
        return [self._found(block, media, title)]

    def imported(self, picture: ImportedPicture, title: str) -> ImportedPicture:
        """Return the picture with the primary key of its photo, which is saved if it is new."""
        if not picture.path:
            return picture
        return replace(picture, photo_id=self._photo_id(picture.path, picture.alt or picture.caption or title))

    def _gallery(self, block: Gallery, page: PageRecord, title: str) -> list[ImportedPicture]:
        named = [self.index.by_key(key) for key in block.media_keys]
        members = named if block.media_keys else list(self.index.of_article(page.key))
        if not any(members):
            self._note_missing("a gallery", (), title)
        return [self._found(Picture(media.url), media, title) for media in members if media is not None]

    def _found(self, block: Picture, media: MediaRecord | None, title: str) -> ImportedPicture:
        url = block.source_url or (media.url if media else "")
        caption = block.caption or one_line(media.caption if media else "", MAX_CAPTION, on_cut=ignore)
        alt = block.alt or (media.alt if media else "")
        paths = [*(media.paths if media else ()), *self.export.media_paths(url)]
        path = self.folder.first_image(paths)
        if not path:
            self._note_missing(url or f"picture {block.media_key}", paths, title)
        return ImportedPicture(None, url, alt, caption, path)

    def _note_missing(self, picture: str, paths: Sequence[str], title: str) -> None:
        if self.folder.folder is None:
            self.report.pictures_left_out += 1
        elif broken := self.folder.broken_file(paths):
            self.report.add_broken(broken, title)
        else:
            self.report.add_missing(picture, title)

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
