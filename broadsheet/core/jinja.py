"""Jinja2 for the templates of comments, which a page contains up to fifty times (ADR 18). All others are Django's."""

from typing import Any

from django.template import engines
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

ENGINE = "jinja"


def environment(**options: Any) -> Environment:
    """Return the environment for Django's Jinja2 backend, with Django's translations. An undefined name is an error."""
    blocks = {"trim_blocks": True, "lstrip_blocks": True}  # a line that holds nothing but a tag leaves no blank line
    jinja = Environment(**{**options, **blocks, "undefined": StrictUndefined}, extensions=["jinja2.ext.i18n"])  # noqa: S701 - Django passes autoescape
    jinja.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return jinja


def rendered(template_name: str, macro: str, **arguments: Any) -> Markup:
    """Return the HTML of a macro, with its arguments escaped and marked as safe for Django's templates."""
    html: Markup = getattr(engines[ENGINE].get_template(template_name).template.module, macro)(**arguments)  # type: ignore[attr-defined]
    return html
