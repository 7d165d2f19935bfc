"""The table of URL prefixes agrees with the URL configuration and the shipped configurations of nginx and Varnish."""

import re
import runpy
from collections.abc import Iterable, Iterator

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver
from pytest_django import Settings

from broadsheet.config import health, urls
from broadsheet.config.url_prefixes import URL_PREFIXES
from tests.contracts.test_headers import PERSONAL, TABLE
from tests.contracts.tree import ROOT

NOT_IN_URLS = {
    settings.STATIC_URL,  # served before Django
    *health.ENDPOINTS,  # likewise
    "/page/",  # no first segment, but the word before a page number
}
# What begins every route of a regular expression: a caret, literal characters, and a slash or the end of them.
LITERAL = re.compile(r"\^?([-\w.]*/?)")
NGINX_PREFIX = re.compile(r'^\s*"~\^/\(([^)]+)\)/"\s+nowhere;', re.MULTILINE)
NGINX_PARAMETERS = re.compile(r'"~\(\^\|&\)\(([^)]+)\)\(=\|&\|\$\)"\s+nowhere;')
NGINX_LOCATION = re.compile(r"^\s*location (?:~ \^)?(/[\w-]+/)", re.MULTILINE)
VARNISH_PREFIX = re.compile(r'if \(req\.url ~ "\^/\(([^)]+)\)/"\) \{\s*return \(pass\);')
VARNISH_PARAMETERS = re.compile(r'if \(req\.url ~ "\[\?&\]\(([^)]+)\)\(=\|&\|\$\)"\) \{\s*return \(pass\);')


def first_segments(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Yield how the paths of each route begin: their first segment, as far as it is literal."""
    for pattern in patterns:
        route = str(pattern.pattern).partition("<")[0]
        if isinstance(pattern, URLResolver) and not route:
            yield from first_segments(pattern.url_patterns, prefix)
            continue
        literal = LITERAL.match(route)
        if literal and literal[1].strip("/"):
            yield prefix + literal[1]


def alternatives(pattern: re.Pattern[str], configuration: str) -> set[str]:
    """Return the alternatives of the groups that a pattern finds in a configuration."""
    return {word for group in pattern.findall(configuration) for word in group.split("|")}


def never_baked_in_nginx(configuration: str) -> set[str]:
    return {f"/{word}/" for word in alternatives(NGINX_PREFIX, configuration)}


def never_baked_in_varnish(configuration: str) -> set[str]:
    """Return the prefixes that Varnish passes on, and that of the static files, whose names it knows to be final."""
    return {f"/{word}/" for word in alternatives(VARNISH_PREFIX, configuration)} | {settings.STATIC_URL}


PREFIXES_IN = {"nginx.conf": never_baked_in_nginx, "varnish.vcl": never_baked_in_varnish}
PARAMETERS = {"nginx.conf": NGINX_PARAMETERS, "varnish.vcl": VARNISH_PARAMETERS}


def shipped(name: str) -> str:
    return (ROOT / "docs/how-to" / name).read_text()


@pytest.fixture
def routes(settings: Settings) -> set[str]:
    """The first segments of the URL configuration, those of the demo among them."""
    settings.DEMO = True
    return set(first_segments(runpy.run_path(str(urls.__file__))["urlpatterns"]))


def test_every_first_segment_of_the_url_configuration_is_in_the_table(routes: set[str]) -> None:
    assert {"/cms/", "/images/", "/sitemap-articles-", "/demo/", "/robots.txt"} <= routes
    assert routes - {prefix.path for prefix in URL_PREFIXES} == set()


def test_every_prefix_in_the_table_is_in_the_url_configuration(routes: set[str]) -> None:
    first = {re.sub(r"(?<=.)/.*", "/", prefix.path) for prefix in URL_PREFIXES}
    assert first - routes == NOT_IN_URLS


def test_a_prefix_is_listed_once_and_reserves_no_slug_but_its_own() -> None:
    paths = [prefix.path for prefix in URL_PREFIXES]
    assert len(paths) == len(set(paths))
    for prefix in URL_PREFIXES:
        assert prefix.reserves in {"", prefix.path.strip("/").partition(".")[0]}


def test_a_private_prefix_is_never_baked() -> None:
    private = [prefix.path for prefix in URL_PREFIXES if prefix.private]
    assert [path for path in private if not path.startswith(settings.NEVER_BAKED)] == []


def test_every_page_for_one_person_is_under_a_private_prefix_or_is_the_form() -> None:
    private = tuple(prefix.path for prefix in URL_PREFIXES if prefix.private)
    paths = {path: audience == PERSONAL for audience, path in TABLE.values() if path}
    assert {path for path, personal in paths.items() if personal and not path.startswith(private)} == {
        path for path in paths if "/comments/write/" in path
    }
    assert [path for path, personal in paths.items() if path.startswith(private) and not personal] == []


@pytest.mark.parametrize("name", PREFIXES_IN)
def test_a_proxy_keeps_no_page_under_a_prefix_that_is_never_baked_and_every_other(name: str) -> None:
    assert PREFIXES_IN[name](shipped(name)) == set(settings.NEVER_BAKED)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_proxy_passes_on_the_query_parameters_that_the_paper_answers(name: str) -> None:
    assert alternatives(PARAMETERS[name], shipped(name)) == set(settings.UNCACHED_QUERY_PARAMETERS)


def test_nginx_has_locations_for_prefixes_in_the_table_only() -> None:
    locations = set(NGINX_LOCATION.findall(shipped("nginx.conf")))
    assert locations >= {"/static/", "/images/"}
    assert locations - {prefix.path for prefix in URL_PREFIXES} == set()


@pytest.mark.parametrize("name", PREFIXES_IN)
@pytest.mark.parametrize("prefix", sorted({*settings.NEVER_BAKED} - {settings.STATIC_URL}))
def test_a_prefix_missing_from_a_proxy_is_noticed(prefix: str, name: str) -> None:
    word = prefix.strip("/")
    changed = re.sub(rf"(?<=[|(]){word}(?=[|)])", f"{word}-elsewhere", shipped(name))
    assert PREFIXES_IN[name](changed) != set(settings.NEVER_BAKED)


def test_the_guide_for_other_caches_lists_the_prefixes_that_are_never_baked() -> None:
    listed = {*re.findall(r"`(/[-\w]+/)`", shipped("put-a-cdn-in-front.md").split("## What must not be cached")[1])}
    assert listed >= {*settings.NEVER_BAKED} - {settings.STATIC_URL}
