"""{% cached %} caches a part of a template, {% uncached %} leaves a part of it out, {% depends_on %} adds keys."""

from typing import Any

import pytest
from django.template import Context, Engine, TemplateSyntaxError

from broadsheet.pagecache.actions import purge
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import Surrogates, collected, take_snapshot

# Within a test's own transaction no fragment is cached.
committing = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TEMPLATES = {
    "plain": "{% cached 'a' %}<{{ n }}{% uncached %}{{ n }}{% enduncached %}>{% endcached %}",
    "escaped": "{% cached 'a' %}{% uncached %}{{ markup }}{% enduncached %}{{ markup }}{% endcached %}",
    "many": "{% cached 'a' %}{% for _ in 'xy' %}{{ n }}{% uncached %}{{ n }}{% enduncached %}{% endfor %}."
    "{% endcached %}",
    "nested": "{% cached 'a' %}{{ n }}{% cached 'b' %}{{ n }}{% uncached %}{{ n }}{% enduncached %}{% endcached %}"
    "{% endcached %}",
    "beside": "{% cached 'a' %}{{ n }}{% endcached %}{% uncached %}{{ n }}{% enduncached %}",
    "base": "{% block page %}[{% block main %}{% endblock %}]{% endblock %}",
    "within": "{{ n }}{% uncached %}{{ n }}{% enduncached %}",
    "including": "{% cached 'a' %}{% include 'within' %}{% endcached %}",
    "page": "{% extends 'base' %}{% block page %}{% cached 'a' %}{{ block.super }}{% endcached %}{% endblock %}"
    "{% block main %}{{ n }}{% uncached %}{{ n }}{% enduncached %}{% endblock %}",
    "keys": "{% cached 'a' %}{{ n }}{% depends_on outer %}{% uncached %}{% depends_on inner %}{{ n }}{% enduncached %}"
    "{% endcached %}",
    "on": "{% cached 'a' on outer inner vary m %}{{ n }}{% endcached %}",
}
ENGINE = Engine(
    loaders=[("django.template.loaders.locmem.Loader", TEMPLATES)],
    libraries={"fragments": "broadsheet.pagecache.templatetags.fragments"},
    builtins=["broadsheet.pagecache.templatetags.fragments"],
)


class Thing:
    """An instance with a key."""

    class _meta:  # noqa: N801 - Django's name
        model_name = "thing"

    def __init__(self, pk: str) -> None:
        self.pk = pk


OUTER, INNER = Thing("outer"), Thing("inner")


def render(name: str, n: int, **context: Any) -> tuple[str, Surrogates]:
    """Renders a template as a request does that has taken its snapshot first."""
    with collected() as surrogates:
        take_snapshot(Purge.objects.snapshot)
        instances = {"outer": OUTER, "inner": INNER}
        html = ENGINE.get_template(name).render(Context({"n": n, "markup": "<b>", **instances, **context}))
        return html, surrogates


@committing
@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("plain", "<11>", "<12>"),
        ("escaped", "&lt;b&gt;&lt;b&gt;", "&lt;b&gt;&lt;b&gt;"),
        ("many", "1111.", "1212."),
        ("nested", "111", "112"),
        ("beside", "11", "12"),
        ("page", "[11]", "[12]"),
        ("including", "11", "11"),  # an included template knows nothing of the fragment around
    ],
)
def test_an_uncached_part_is_rendered_each_time_and_the_rest_once(name: str, first: str, second: str) -> None:
    assert [render(name, 1)[0], render(name, 2)[0]] == [first, second]


@committing
def test_an_uncached_part_adds_its_keys_to_the_page_each_time_and_not_to_the_fragment() -> None:
    for n in (1, 2):
        html, surrogates = render("keys", n)
        assert (html, surrogates.keys) == (f"1{n}", {"thing:outer", "thing:inner", "paper"})
    purge("thing:inner")
    assert render("keys", 3)[0] == "13"
    purge("thing:outer")
    assert render("keys", 4)[0] == "44"


@committing
def test_a_fragment_on_instances_adds_their_keys_to_every_page_and_a_purge_of_each_evicts_it() -> None:
    for n in (1, 2):
        html, surrogates = render("on", n)
        assert (html, surrogates.keys) == ("1", {"thing:outer", "thing:inner", "paper"})
    for n, key in ((3, "thing:outer"), (4, "thing:inner")):
        purge(key)
        assert render("on", n)[0] == str(n)


@committing
def test_a_fragment_on_other_instances_or_other_values_is_another_one() -> None:
    another = Thing("another")
    others: list[dict[str, Any]] = [
        {},
        {"outer": another},
        {"inner": another},
        {"outer": None},
        {"inner": None},
        {"outer": None, "inner": OUTER},
        {"m": 1},
    ]
    for n, other in enumerate(others):
        assert render("on", n, **other)[0] == str(n)
    for n, other in enumerate(others):
        assert render("on", 9, **other)[0] == str(n)


def test_a_fragment_on_an_undefined_variable_is_an_error() -> None:
    template = ENGINE.from_string("{% cached 'a' on misspelt %}{{ n }}{% endcached %}")
    with pytest.raises(AttributeError):
        template.render(Context({"n": 1}))


@pytest.mark.parametrize("arguments", ["", "'a' 'b'", "on n", "'a' on", "'a' vary", "'a' vary n on n", "'a' on n on n"])
def test_a_tag_that_cannot_be_read_is_refused(arguments: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="takes a name"):
        ENGINE.from_string(f"{{% cached {arguments} %}}{{% endcached %}}")


def test_a_page_is_the_same_where_no_fragment_is_cached() -> None:
    expected = {"plain": "<55>", "many": "5555.", "nested": "555", "page": "[55]", "including": "55"}
    assert {name: ENGINE.get_template(name).render(Context({"n": 5})) for name in expected} == expected


def test_an_error_in_a_fragment_leaves_no_placeholder_behind() -> None:
    template = ENGINE.from_string(
        "{% cached 'c' %}{% uncached %}{{ n }}{% enduncached %}{% include n %}{% endcached %}"
    )
    context = Context({"n": "no such template"})
    with pytest.raises(Exception, match="no such template"):
        template.render(context)
    assert ENGINE.get_template("beside").render(context) == "no such templateno such template"
