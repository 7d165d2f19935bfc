"""Template tags of the fragment cache: {% cached %}, {% uncached %} within it, and {% depends_on %}."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from secrets import token_hex
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token

from broadsheet.pagecache import fragments
from broadsheet.pagecache.keys import key_of

register = template.Library()

PLACEHOLDERS = "placeholders of the cached fragment"
SYNTAX = (
    "{% cached %} takes a name, then “on” and model instances, then “vary” and values: {% cached NAME on … vary … %}"
)


@register.simple_tag
def depends_on(*instances: Any) -> str:
    """Add the keys of these model instances to the page and to the fragment around; render nothing."""
    fragments.depends_on(*map(key_of, instances))
    return ""


@dataclass
class _Placeholders:
    """The uncached parts of a fragment that is being rendered, each marked in its text by a random token."""

    token: str = field(default_factory=token_hex)
    nodes: list["UncachedNode"] = field(default_factory=list)


class UncachedNode(template.Node):
    """The part of a fragment between {% uncached %} and {% enduncached %}."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        """Return a placeholder while the fragment around, in the same template, is rendered; else the rendered part."""
        placeholders: _Placeholders | None = context.render_context.get(PLACEHOLDERS)
        if placeholders is None:
            return self.nodelist.render(context)
        placeholders.nodes.append(self)
        return placeholders.token


class CachedNode(template.Node):
    """The fragment between {% cached %} and {% endcached %}.

    `on` has the instances whose keys are part of its name and are added to the page, `vary` the rest of its name.
    """

    def __init__(self, nodelist: NodeList, vary: Sequence[FilterExpression], on: Sequence[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.vary = vary
        self.on = on

    def render(self, context: template.Context) -> str:
        """Return the fragment from the cache, or rendered now, with its uncached parts rendered each time."""
        instances = [expression.resolve(context) for expression in self.on]
        keys = [key_of(instance) for instance in instances if instance is not None]
        # None has no key, so the name tells which of several instances it stands for.
        absent = [position for position, instance in enumerate(instances) if instance is None]
        name = (*(expression.resolve(context) for expression in self.vary), *absent)
        texts, uncached = fragments.cached(name, lambda: self._rendered(context), on=keys, is_localised=True)
        parts = (node.render(context) for node in uncached)
        return "".join(chain.from_iterable(zip_longest(texts, parts, fillvalue="")))

    def _rendered(self, context: template.Context) -> tuple[list[str], list[UncachedNode]]:
        """Return the texts between the uncached parts, and those parts."""
        outer, placeholders = context.render_context.get(PLACEHOLDERS), _Placeholders()
        context.render_context[PLACEHOLDERS] = placeholders
        try:
            html = self.nodelist.render(context)
        finally:
            context.render_context[PLACEHOLDERS] = outer
        return html.split(placeholders.token), placeholders.nodes


@register.tag
def cached(parser: Parser, token: Token) -> CachedNode:
    """Cache a fragment of a page: {% cached "pages" on article vary column.number %}…{% endcached %}.

    The keys of the instances after `on` are part of the fragment's name, and a purge of any of them evicts it; an
    instance may be None. The fragment may depend on these instances, on the values after `vary`, on the paper, and on
    objects whose keys are added within it.
    """
    name, on, vary = _arguments(token.split_contents()[1:])
    nodelist = parser.parse(["endcached"])
    parser.delete_first_token()
    return CachedNode(nodelist, [*map(parser.compile_filter, [name, *vary])], [*map(parser.compile_filter, on)])


def _arguments(words: list[str]) -> tuple[str, list[str], list[str]]:
    """Return the expressions of the name, of the instances and of the values; raise TemplateSyntaxError."""
    before, vary = _split(words, "vary")
    name, on = _split(before, "on")
    if len(name) != 1 or "vary" in vary or "on" in (*on, *vary):
        raise template.TemplateSyntaxError(SYNTAX)
    return name[0], on, vary


def _split(words: list[str], keyword: str) -> tuple[list[str], list[str]]:
    """Return the words before and after a keyword; raise TemplateSyntaxError if none follows."""
    if keyword not in words:
        return words, []
    position = words.index(keyword)
    if words[position + 1 :] == []:
        raise template.TemplateSyntaxError(SYNTAX)
    return words[:position], words[position + 1 :]


@register.tag
def uncached(parser: Parser, token: Token) -> UncachedNode:
    """Leave a part of the fragment around out of the cache: {% uncached %}…{% enduncached %}.

    It sees the context outside {% cached %}, and works in the fragment's own template, not in an included one.
    """
    del token
    nodelist = parser.parse(["enduncached"])
    parser.delete_first_token()
    return UncachedNode(nodelist)
