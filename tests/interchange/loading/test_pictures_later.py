"""A later run with the media folder adds the pictures that an earlier one left out, and nothing else."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import ReferenceIndex, Revision

from broadsheet.accounts.states import Role
from broadsheet.interchange.models import Counterpart
from broadsheet.newsroom.models import ArticlePage, Photo, PlainPage
from tests.factories import newsroom
from tests.factories.accounts import signed_in
from tests.interchange.conftest import Written
from tests.interchange.imports import contents, counts, export, run
from tests.interchange.wxr import item, meta

pytestmark = pytest.mark.django_db
UPLOADS = "https://ferrypost.example/paper/wp-content/uploads"
BODY = (
    f'<p>Before.</p><figure><img class="wp-image-9" src="{UPLOADS}/2014/07/harbour-300x200.jpg" alt="Boats" />'
    f'<figcaption>At low tide</figcaption></figure><p>Between.</p><img src="{UPLOADS}/2014/07/ferry.jpg" alt="Ferry" />'
    "<p>After.</p>"
)


def attachment(number: int, file: str) -> str:
    extra = f"<wp:attachment_url>{UPLOADS}/{file}</wp:attachment_url>" + meta("_wp_attached_file", file)
    return item(number, extra=extra).replace("<wp:post_type>post", "<wp:post_type>attachment")


SITE = export(
    item(1, body=BODY, extra=meta("_thumbnail_id", "10")),
    item(2, body=f'<img src="{UPLOADS}/2014/07/broken.jpg" alt="Broken" />').replace("type>post", "type>page"),
    attachment(9, "2014/07/harbour.jpg"),
    attachment(10, "2014/07/lead.jpg"),
)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """A folder with three pictures and a broken file."""
    folder = tmp_path / "uploads" / "2014" / "07"
    folder.mkdir(parents=True)
    for name in ("harbour", "ferry", "lead"):
        (folder / f"{name}.jpg").write_bytes(newsroom.picture_bytes())
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder.parents[1]


def kinds() -> list[str]:
    return [block.block_type for block in ArticlePage.objects.get().body]


def test_pictures_that_were_left_out_come_in_with_a_later_run(written: Written, uploads: Path) -> None:
    file = written(SITE)
    report = run(file)
    assert "Left out: 4 pictures, for want of a --media folder." in report
    assert kinds() == ["paragraph"] * 5
    identifiers = [block.id for block in ArticlePage.objects.get().body]

    before = counts()
    forecast = run(file, "--media", str(uploads), "--dry-run")
    assert counts() == before
    report = run(file, "--media", str(uploads))
    for lines, words in ((forecast, "Would be added"), (report, "Added")):
        assert f"{words} to 1 article or page imported earlier: 3 pictures." in lines
        assert "Broken: 1 file is damaged, too large or of a kind that cannot be shown." in lines
        assert "  2014/07/broken.jpg in “Post 2”" in lines
        assert "Imported earlier and left unchanged: 1 page." in lines

    article = ArticlePage.objects.get()
    assert kinds() == ["paragraph", "picture", "paragraph", "picture", "paragraph"]
    assert [block.id for block in article.body] == identifiers
    picture = article.body[1].value
    assert (picture["photo"].file.name[-11:], picture["alt"], picture["caption"]) == (
        "harbour.jpg", "Boats", "At low tide",
    )  # fmt: skip
    assert article.lead_image is not None
    assert article.lead_alt == "Post 10"
    shown = Client().get(article.get_absolute_url()).content.decode()
    assert shown.count("<picture") == 3
    assert ReferenceIndex.objects.filter(object_id=str(article.pk), to_object_id=str(picture["photo"].pk)).exists()

    (uploads / "2014/07/broken.jpg").write_bytes(newsroom.picture_bytes())
    assert "Added to 1 article or page imported earlier: 1 picture." in run(file, "--media", str(uploads))
    assert [block.block_type for block in PlainPage.objects.get().body] == ["picture"]
    before_last = contents()
    assert run(file, "--media", str(uploads)).startswith("Nothing new")
    assert contents() == before_last
    assert Photo.objects.count() == 4


def test_the_result_is_that_of_one_run_with_pictures(written: Written, uploads: Path) -> None:
    file = written(SITE)
    run(file)
    run(file, "--media", str(uploads))
    later = [(block.block_type, re.sub(r"\d+", "", str(block.value))) for block in ArticlePage.objects.get().body]
    ArticlePage.objects.get().delete()
    Counterpart.objects.all().delete()
    run(file, "--media", str(uploads))
    assert later == [
        (block.block_type, re.sub(r"\d+", "", str(block.value))) for block in ArticlePage.objects.get().body
    ]


def test_what_an_editor_has_changed_since_stays_so(written: Written, uploads: Path) -> None:
    file = written(SITE)
    run(file)
    article = ArticlePage.objects.get()
    body = list(article.body.raw_data)
    body[0]["value"] = '<p data-block-key="a1">Written anew.</p>'
    body[1]["value"] = re.sub("<p>", '<p data-block-key="b2">', body[1]["value"])  # unchanged but for its key
    body[3]["value"] = "<p>The ferry, in words.</p>"
    article.body.raw_data = body
    article.title = "Edited here"
    article.save_revision().publish()
    article = ArticlePage.objects.get()
    article.title = "Draft"
    article.save_revision()
    revisions, updated = Revision.objects.count(), ArticlePage.objects.get().last_published_at

    assert "Added to 1 article or page imported earlier: 2 pictures." in run(file, "--media", str(uploads))
    article = ArticlePage.objects.get()
    assert (article.title, article.last_published_at, Revision.objects.count()) == ("Edited here", updated, revisions)
    assert kinds() == ["paragraph", "picture", "paragraph", "paragraph", "paragraph"]
    assert "Written anew." in str(article.body[0].value)
    assert "in words" in str(article.body[3].value)
    draft = article.get_latest_revision_as_object()
    assert (draft.title, draft.lead_image) == ("Draft", article.lead_image)
    assert [block.block_type for block in draft.body] == kinds()
    assert signed_in(Role.EDITOR).get(f"/cms/pages/{article.pk}/edit/").status_code == 200
    assert not Photo.objects.filter(file__contains="ferry").exists()


def test_a_lead_photograph_that_an_editor_removed_does_not_come_back(written: Written, uploads: Path) -> None:
    file = written(SITE)
    run(file, "--media", str(uploads))
    article = ArticlePage.objects.get()
    article.lead_image = None
    article.save_revision().publish()
    assert run(file, "--media", str(uploads)).startswith("Nothing new")
    assert ArticlePage.objects.get().lead_image is None


def test_a_deleted_article_does_not_come_back_with_its_pictures(written: Written, uploads: Path) -> None:
    file = written(SITE)
    run(file)
    ArticlePage.objects.get().delete()
    assert run(file, "--media", str(uploads)).startswith("Nothing new")
    assert Photo.objects.count() == 0


def test_a_paper_of_an_earlier_version_gets_its_pictures_too(written: Written, uploads: Path) -> None:
    file = written(SITE)
    run(file)
    Counterpart.objects.update(left_out=None)
    assert "Added to 1 article or page imported earlier: 3 pictures." in run(file, "--media", str(uploads))


def test_without_a_terminal_the_command_wants_to_know_about_the_pictures(written: Written) -> None:
    before = counts()
    for words in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match=r"--media FOLDER.*--without-pictures") as refusal:
            call_command("import_wordpress", str(written(SITE)), *words)
        assert refusal.value.returncode == 2
    assert counts() == before


def test_at_a_terminal_the_command_asks_for_the_folder(
    written: Written, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(SITE)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    questions: list[str] = []
    answers = iter(["", f" {uploads} "])

    def reply(question: str) -> str:
        questions.append(question)
        return next(answers)

    monkeypatch.setattr("builtins.input", reply)
    call_command("import_wordpress", str(file))
    assert kinds() == ["paragraph"] * 5
    call_command("import_wordpress", str(file))
    assert "picture" in kinds()
    assert all("wp-content/uploads" in question for question in questions)
