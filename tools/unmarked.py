"""Finds sentences for people that are not marked for translation, in Python, in templates and in JavaScript."""

import ast
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from tools.messages import KEYWORDS, PACKAGE

# Names of arguments and class attributes that a person reads.
HUMAN_NAMES = frozenset(
    ["empty_label", "heading", "help_text", "label", "menu_label", "message", "verbose_name", "verbose_name_plural"]
)
HUMAN_ATTRIBUTES = frozenset({"title", "alt", "aria-label", "aria-description", "placeholder", "label", "summary"})
RELATIONS = frozenset({"ManyToManyField", "OneToOneField"})  # their first argument is a model
CHOICES = frozenset({"TextChoices", "IntegerChoices", "Choices"})
MESSAGES = frozenset({"success", "error", "info", "warning"})
LOGGERS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
# A literal that reads like a sentence: a capital letter, three words or more, and a full stop or its like at the end.
SQL = r"(?:CREATE|DELETE|DROP|INSERT|SELECT|UNIQUE|UPDATE)\b"
SENTENCE = re.compile(rf"(?!{SQL})[A-Z“][^\n]*\s\S+\s[^\n]*[.!?…:]”?\s*")
MARKED_BLOCK = re.compile(
    r"{%-?\s*(blocktrans(?:late)?|trans)\b(?![^%]*[\"'])[^%]*%}.*?{%[-+]?\s*end\1\s*[-+]?%}", re.DOTALL
)
COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)
CSS_CLASS = re.compile(r"{% block body_class %}\w+{% endblock %}")
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
WORDS_IN_FILTER = re.compile(
    r"\|\s*(?:default|default_if_none|yesno|pluralize)\s*[:(]\s*([\"'])([^\"']*[^\W\d_][^\"']*)\1"
)
JAVASCRIPT_LITERAL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`")
JAVASCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


class Unmarked(NamedTuple):
    """A sentence that is not marked, and its line."""

    line: int
    text: str


def in_template(source: str) -> list[Unmarked]:
    """Return the unmarked texts and human attributes of a template of Django or Jinja2."""
    source = _blanked(COMMENT, source)
    literals = [Unmarked(_line(source, m.start()), m.group(2)) for tag in TAG.finditer(source) for m in _literals(tag)]
    reader = _TemplateReader()
    for pattern in (CSS_CLASS, MARKED_BLOCK, TAG):
        source = _blanked(pattern, source)
    reader.feed(source)
    reader.close()
    return [*literals, *reader.unmarked]


def _literals(tag: re.Match[str]) -> Iterator[re.Match[str]]:
    return WORDS_IN_FILTER.finditer(tag.string, tag.start(), tag.end()) if tag.group().startswith("{{") else iter(())


def _blanked(pattern: re.Pattern[str], source: str) -> str:
    """Return the source without what the pattern matches, but with its line breaks."""
    return pattern.sub(lambda match: "\n" * match.group().count("\n"), source)


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1


def _has_words(text: str | None) -> bool:
    return any(character.isalpha() for character in text or "")


class _TemplateReader(HTMLParser):
    """Collects text nodes and human attributes with letters in them."""

    def __init__(self) -> None:
        super().__init__()
        self.unmarked: list[Unmarked] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in HUMAN_ATTRIBUTES and _has_words(value):
                self.unmarked.append(Unmarked(self.getpos()[0], value or ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None and _has_words(data):
            self.unmarked.append(Unmarked(self.getpos()[0], data.strip()))


def in_javascript(source: str) -> list[Unmarked]:
    """Return the literals that read like sentences; they belong in the template, in an attribute `data-…`."""
    source = _blanked(JAVASCRIPT_COMMENT, source)
    matches = ((match, next(filter(None, match.groups()), "")) for match in JAVASCRIPT_LITERAL.finditer(source))
    return [Unmarked(_line(source, match.start()), text) for match, text in matches if SENTENCE.fullmatch(text)]


def in_python(source: str, *, refusals: Iterable[str] = ()) -> list[Unmarked]:
    """Return the unmarked literals at places that people read; `refusals` are the names of classes of refusals."""
    reader = _PythonReader({"ValidationError", *refusals})
    reader.visit(ast.parse(source))
    return sorted({Unmarked(node.lineno, _text(node)) for node in reader.unmarked})


class _PythonReader(ast.NodeVisitor):
    """Collects the literals at places that people read."""

    def __init__(self, refusals: set[str]) -> None:
        self.refusals = refusals
        self.unmarked: list[ast.expr] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in KEYWORDS:
            return  # marked, with all that is in it
        if _is_log(node.func):
            return  # logs are in English
        self.unmarked += [
            keyword.value for keyword in node.keywords if keyword.arg in HUMAN_NAMES and _is_text(keyword.value)
        ]
        if name in self.refusals or _is_flash(node.func) or (name == "__init__" and _is_super(node.func)):
            self.unmarked += filter(_is_text, node.args)
        if name.endswith("Field") and (_is_dotted(node.func, "models") or name == "EncryptedTextField"):
            self.unmarked += [label for label in node.args[:1] if _is_text(label) and name not in RELATIONS]
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        name = _name(node.exc.func) if isinstance(node.exc, ast.Call) else ""
        if name in self.refusals or name in KEYWORDS:
            self.generic_visit(node)  # other exceptions speak to developers

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = set(map(_name, node.bases))
        if "AppConfig" in bases:
            return  # its label is a name for programs
        is_choices = bool(bases & CHOICES)
        for statement in node.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                self._visit_attribute(statement.targets[0].id, statement.value, is_choices=is_choices)
        self.generic_visit(node)

    def _visit_attribute(self, name: str, value: ast.expr, *, is_choices: bool) -> None:
        if name in HUMAN_NAMES and _is_text(value):
            self.unmarked.append(value)
        elif is_choices and not name.startswith("_"):
            label = value.elts[-1] if isinstance(value, ast.Tuple) else value  # without a label, Django makes one up
            if not (isinstance(label, ast.Call) and _name(label.func) in KEYWORDS):
                self.unmarked.append(value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name != "describe":  # the sentence of a migration, for operators
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and SENTENCE.fullmatch(node.value):
            self.unmarked.append(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if SENTENCE.fullmatch(_text(node)):
            self.unmarked.append(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_dotted(node: ast.expr, owner: str) -> bool:
    return isinstance(node, ast.Attribute) and _name(node.value) == owner


def _is_flash(node: ast.expr) -> bool:
    return _is_dotted(node, "messages") and _name(node) in MESSAGES


def _is_log(node: ast.expr) -> bool:
    return _name(node) in LOGGERS and any(
        _is_dotted(node, owner) for owner in ("logger", "logging", "log", "LOG", "LOGGER")
    )


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call) and _name(node.value.func) == "super"


def _is_text(node: ast.expr) -> bool:
    is_literal = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    return is_literal and _has_words(_text(node))


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ast.unparse(node)


def refusals() -> set[str]:
    """Return the names of the classes that derive from Refusal, read from the source."""
    bases: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(map(_name, node.bases))
    found = {"Refusal"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return found
