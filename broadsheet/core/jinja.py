"""Templates that are compiled to Python, for what stands on a page fifty times. All others are Django's own."""

from typing import Any

from django.template import engines
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

ENGINE = "jinja"


def environment(**options: Any) -> Environment:
    """Jinja2 as Django asks for it, with Django's translations; a name that nobody has given is an error."""
    blocks = {"trim_blocks": True, "lstrip_blocks": True}  # a line with nothing but a tag is no line of the page
    made = Environment(**{**options, **blocks, "undefined": StrictUndefined}, extensions=["jinja2.ext.i18n"])  # noqa: S701 - Django asks for autoescape
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made


def rendered(name: str, macro: str, **shown: Any) -> Markup:
    """What a macro of a compiled template makes of this. It has escaped what it shows, and Django's templates know."""
    made: Markup = getattr(engines[ENGINE].get_template(name).template.module, macro)(**shown)  # type: ignore[attr-defined]
    return made
