"""Every sentence for people is marked for translation, and translated; the operator's sentences are English."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import messages, unmarked
from tools.messages import PACKAGE
from tools.unmarked import Unmarked

TEMPLATES = {".html", ".jinja2", ".txt", ".xml"}
# What these say is for the operator, who reads English: the command, what it prints, the report of an import, logs.
FOR_OPERATORS = ("command/", "config/", "interchange/", "demo/copy_reader.py", "demo/marks.py", "demo/notes.py")
IN_SQL = ("core/triggers.py", "newsroom/models/visibility.py")
LOG_MESSAGES = {
    ("mail/delivery.py", "The emails that are due could not be read (%s). Trying again."),
    ("pagecache/consumer.py", "The purge log could not be followed (%s); it is tried again."),
    ("pagecache/consumer.py", "The caches in front could not be told what is stale (%s); it is tried again."),
}
# A choice that no form and no page shows.
INTERNAL = {("pagecache/models.py", label) for label in ("removed at once", "made stale: rendered anew")}
OF_OTHERS = ("static/js/altcha/",)  # the widget shows none of its sentences: it is invisible


def unmarked_sentences(part: Path, refusals: set[str]) -> Iterator[tuple[str, str]]:
    """Yield file and text of each sentence in a folder that is not marked and is for people other than operators."""
    for path in sorted(part.rglob("*")):
        for text in (sentence.text for sentence in sentences_of(path, refusals)):
            name = path.relative_to(PACKAGE).as_posix()
            is_internal = any(file == name and label in text for file, label in INTERNAL | LOG_MESSAGES)
            if not name.startswith((*FOR_OPERATORS, *IN_SQL, *OF_OTHERS)) and not is_internal:
                yield name, text


def sentences_of(path: Path, refusals: set[str]) -> list[Unmarked]:
    """Return the unmarked sentences of a file; migrations and commands are not for people."""
    if path.suffix == ".py" and not {"migrations", "management"} & {*path.parts}:
        return unmarked.in_python(path.read_text(), refusals=refusals)
    if path.suffix in TEMPLATES and "templates" in path.parts:
        return unmarked.in_template(path.read_text())
    return unmarked.in_javascript(path.read_text()) if path.suffix == ".js" else []


def test_no_sentence_is_outside_a_folder() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.fixture(scope="module")
def refusals() -> set[str]:
    return unmarked.refusals()


@pytest.fixture(scope="module")
def template() -> Catalog:
    return messages.template()


@pytest.mark.parametrize(
    "part",
    [path for path in sorted(PACKAGE.iterdir()) if path.is_dir() and path.name != "__pycache__"],
    ids=lambda it: it.name,
)
def test_every_sentence_is_marked(part: Path, refusals: set[str]) -> None:
    assert list(unmarked_sentences(part, refusals)) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_marked_sentence_is_translated(language: str, template: Catalog) -> None:
    assert messages.faults_of(messages.catalogue(language), template) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_compiled_catalogue_is_that_of_its_text(language: str) -> None:
    compiled = messages.po_file(language).with_suffix(".mo").read_bytes()
    assert compiled == messages.compiled(messages.catalogue(language)), "run: make messages"


@pytest.mark.parametrize(
    ("find", "source"),
    [
        (unmarked.in_template, "<p>Nothing is here.</p>"),
        (unmarked.in_template, '<button aria-label="Close">×</button>'),
        (unmarked.in_template, '{{ name|default:"nobody" }}'),
        (unmarked.in_python, 'raise ValidationError("Enter a date.")'),
        (unmarked.in_python, 'name = CharField(help_text="As in the masthead.")'),
        (unmarked.in_python, 'class State(TextChoices):\n    OPEN = "open", "Open"'),
        (unmarked.in_python, 'messages.success(request, "Saved.")'),
        (unmarked.in_javascript, 'label.textContent = "Press the button again.";'),
    ],
)
def test_an_unmarked_sentence_is_found(find: Callable[[str], list[Unmarked]], source: str) -> None:
    assert find(source)


@pytest.mark.parametrize(
    ("find", "source"),
    [
        (unmarked.in_template, '<p class="note">{% translate "Nothing is here." %}</p>'),
        (unmarked.in_template, "<p>{% blocktranslate %}Nothing is here.{% endblocktranslate %} · {{ day }}</p>"),
        (unmarked.in_python, 'raise ValidationError(_("Enter a date."))'),
        (unmarked.in_python, 'logger.warning("The disk is full, it is tried again.")'),
        (unmarked.in_javascript, 'element.classList.add("is-open");'),
    ],
)
def test_a_marked_sentence_is_left_alone(find: Callable[[str], list[Unmarked]], source: str) -> None:
    assert find(source) == []


def test_a_translation_with_another_placeholder_is_a_fault() -> None:
    marked, translated = Catalog(), Catalog(locale="de")
    marked.add("Comment %(number)s")
    translated.add("Comment %(number)s", "Kommentar %(nummer)s", flags=["python-format"])
    assert messages.faults_of(translated, marked)
