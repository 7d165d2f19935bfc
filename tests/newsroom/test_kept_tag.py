"""What {% kept %} keeps of a template, and what {% fresh %} within it leaves out."""

from collections.abc import Iterator

import pytest
from django.template import Context, Engine

from broadsheet.pagecache.actions import purge
from broadsheet.pagecache.fragments import FRAGMENTS
from broadsheet.pagecache.models import Purge
from broadsheet.pagecache.surrogates import Surrogates, begins, collected

# Within a transaction of one's own nothing is kept.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TEMPLATES = {
    "plain": "{% kept 'a' %}<{{ n }}{% fresh %}{{ n }}{% endfresh %}>{% endkept %}",
    "escaped": "{% kept 'a' %}{% fresh %}{{ said }}{% endfresh %}{{ said }}{% endkept %}",
    "many": "{% kept 'a' %}{% for _ in 'xy' %}{{ n }}{% fresh %}{{ n }}{% endfresh %}{% endfor %}.{% endkept %}",
    "nested": "{% kept 'a' %}{{ n }}{% kept 'b' %}{{ n }}{% fresh %}{{ n }}{% endfresh %}{% endkept %}{% endkept %}",
    "beside": "{% kept 'a' %}{{ n }}{% endkept %}{% fresh %}{{ n }}{% endfresh %}",
    "base": "{% block page %}[{% block main %}{% endblock %}]{% endblock %}",
    "within": "{{ n }}{% fresh %}{{ n }}{% endfresh %}",
    "including": "{% kept 'a' %}{% include 'within' %}{% endkept %}",
    "page": "{% extends 'base' %}{% block page %}{% kept 'a' %}{{ block.super }}{% endkept %}{% endblock %}"
    "{% block main %}{{ n }}{% fresh %}{{ n }}{% endfresh %}{% endblock %}",
    "keys": "{% kept 'a' %}{{ n }}{% names outer %}{% fresh %}{% names inner %}{{ n }}{% endfresh %}{% endkept %}",
}
ENGINE = Engine(
    loaders=[("django.template.loaders.locmem.Loader", TEMPLATES)],
    libraries={"newsroom": "broadsheet.newsroom.templatetags.newsroom"},
    builtins=["broadsheet.newsroom.templatetags.newsroom"],
)


class Thing:
    """Something with a key."""

    class _meta:  # noqa: N801 - Django's name
        model_name = "thing"

    def __init__(self, pk: str) -> None:
        self.pk = pk


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    FRAGMENTS.forget()
    yield
    FRAGMENTS.forget()


def shown(name: str, n: int) -> tuple[str, Surrogates]:
    """What a request gets of a template."""
    with collected() as surrogates:
        begins(Purge.objects.position)
        context = Context({"n": n, "said": "<b>", "outer": Thing("outer"), "inner": Thing("inner")})
        return ENGINE.get_template(name).render(context), surrogates


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("plain", "<11>", "<12>"),
        ("escaped", "&lt;b&gt;&lt;b&gt;", "&lt;b&gt;&lt;b&gt;"),
        ("many", "1111.", "1212."),
        ("nested", "111", "112"),
        ("beside", "11", "12"),
        ("page", "[11]", "[12]"),
        ("including", "11", "11"),  # an included template knows nothing of the piece that it stands in
    ],
)
def test_what_is_fresh_is_made_each_time_and_the_rest_once(name: str, first: str, second: str) -> None:
    assert [shown(name, 1)[0], shown(name, 2)[0]] == [first, second]


def test_what_is_fresh_names_its_keys_each_time_but_not_for_the_piece_around_it() -> None:
    for n in (1, 2):
        html, surrogates = shown("keys", n)
        assert (html, surrogates.keys) == (f"1{n}", {"thing:outer", "thing:inner", "paper"})
    purge("thing:inner")
    assert shown("keys", 3)[0] == "13"
    purge("thing:outer")
    assert shown("keys", 4)[0] == "44"


def test_where_nothing_is_kept_the_same_is_shown() -> None:
    expected = {"plain": "<55>", "many": "5555.", "nested": "555", "page": "[55]", "including": "55"}
    assert {name: ENGINE.get_template(name).render(Context({"n": 5})) for name in expected} == expected


def test_a_fault_in_a_piece_leaves_no_gap_behind() -> None:
    template = ENGINE.from_string("{% kept 'c' %}{% fresh %}{{ n }}{% endfresh %}{% include n %}{% endkept %}")
    context = Context({"n": "no such template"})
    with pytest.raises(Exception, match="no such template"):
        template.render(context)
    assert ENGINE.get_template("beside").render(context) == "no such templateno such template"
