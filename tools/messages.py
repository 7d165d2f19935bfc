"""Extracts the marked sentences into the catalogue of each language, and compiles it; --check only compares.

Babel does what GNU gettext does elsewhere, so that a machine without xgettext and msgfmt can run it (ADR 28). A
translator edits `broadsheet/locale/<language>/LC_MESSAGES/django.po`; the compiled file beside it is committed too, so
that a paper needs neither.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "broadsheet"
LOCALE = PACKAGE / "locale"
LANGUAGES = ["de"]
TEMPLATES = {".html", ".txt", ".xml"}
PLAIN = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None}
PLURAL = dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2))
WITH_CONTEXT = dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2))
PLURAL_WITH_CONTEXT = dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3))
KEYWORDS = PLAIN | PLURAL | WITH_CONTEXT | PLURAL_WITH_CONTEXT
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
OBSOLETE = "is no longer used"


def main(arguments: list[str]) -> int:
    """Return 0 when every catalogue is complete; without --check they are brought up to date first."""
    faults: list[str] = []
    for language in LANGUAGES:
        if "--check" not in arguments:
            update(language)
        faults += [f"{language}: {fault}" for fault in faults_of(catalogue(language), template())]
    print("\n".join(faults) or f"Every sentence is translated into: {', '.join(LANGUAGES)}.")
    return int(bool(faults))


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES/django.po"


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one where there is no file yet."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Add new sentences to the catalogue, drop unused ones, and compile it."""
    updated = catalogue(language)
    updated.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_text(updated))
    path.with_suffix(".mo").write_bytes(compiled(updated))


def as_text(messages: Catalog) -> bytes:
    """Return the .po file, without line numbers and dates, which would change with every commit."""
    text = BytesIO()
    write_po(text, messages, omit_header=True, include_lineno=False, ignore_obsolete=True, width=110)
    header = (
        "# The sentences of Broadsheet. `make messages` brings this file up to date (docs/how-to/translate.md).\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {messages.locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {messages.plural_forms}\\n"\n\n'
    )
    return header.encode() + text.getvalue()


def compiled(messages: Catalog) -> bytes:
    """Return the .mo file: the translated sentences, without those marked as fuzzy."""
    binary = BytesIO()
    # Undated, or the file would change every minute.
    bare = Catalog(
        locale=messages.locale, header_comment="", charset="utf-8", creation_date=UNDATED, revision_date=UNDATED
    )
    bare.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", messages.plural_forms)]
    for message in messages:
        if message.id:
            bare[message.id] = message
    write_mo(binary, bare)
    return binary.getvalue()


def template() -> Catalog:
    """Return the catalogue without translations: every sentence that Python and the templates mark."""
    messages = Catalog(charset="utf-8")
    for path in sorted(PACKAGE.rglob("*")):
        for sentence, context in sentences(path):
            messages.add(sentence, locations=[(path.relative_to(ROOT).as_posix(), 1)], context=context)
    return messages


def sentences(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Yield the sentences that a file marks, each with its plural, and its context."""
    if path.suffix == ".py" and "migrations" not in path.parts:
        yield from marked_in_python(path.read_text())
    elif path.suffix in TEMPLATES and "templates" in path.parts:
        yield from marked_in_template(path.read_text())
    elif path.suffix == ".jinja2":
        options = {"trimmed": "true", "silent": "false"}
        for _line, _function, found, _comments in babel_extract(
            BytesIO(path.read_bytes()), list(KEYWORDS), (), options
        ):
            texts = [found] if isinstance(found, str) else [part for part in found or () if part is not None]
            yield (texts[0] if len(texts) == 1 else tuple(texts)), None


def marked_in_python(source: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Yield the sentences that Python source marks."""
    for _line, sentence, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
        yield sentence, context


def marked_in_template(source: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Yield the sentences that a template of Django marks, by way of the Python-like source Django makes of it."""
    pythonic = templatize(source)
    yield from marked_in_python("\n".join(line.strip() for line in pythonic.splitlines()))


def faults_of(translated: Catalog, marked: Catalog) -> list[str]:
    """Return the reasons why the catalogue is not a complete translation of the marked sentences."""
    missing = [message for message in marked if message.id and translated.get(message.id, message.context) is None]
    unused = [message for message in translated if message.id and marked.get(message.id, message.context) is None]
    present = [message for message in translated if message.id and message not in unused]
    return [
        *(f"“{_id(message)}” is not in the catalogue. Run: make messages" for message in missing),
        *(f"“{_id(message)}” {OBSOLETE}. Run: make messages" for message in unused),
        *(f"“{_id(old)}” {OBSOLETE}. Run: make messages" for old in translated.obsolete.values()),
        *(f"“{_id(message)}” {fault}" for message in present for fault in _faults_of_translation(message)),
    ]


def _faults_of_translation(message: Message) -> Iterator[str]:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if not all(strings):
        yield "is not translated."
    elif message.fuzzy:
        yield "is marked as fuzzy: check the translation and remove the mark."
    elif len(strings) != (2 if message.pluralizable else 1):
        yield "needs a translation for each plural form."
    else:
        yield from (str(error) for error in message.check())


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


if __name__ == "__main__":
    if not settings.configured:
        settings.configure()
    sys.exit(main(sys.argv[1:]))
