"""Options are typed; each wrong one is named where it stands."""

from pathlib import Path

import pytest

from broadsheet.config.databases import database, journal_mode, sqlite_pragmas
from broadsheet.config.options import BadOptions, Options, load_options

VALUES = {  # option → a value that cannot be used
    "base_url": "ftp://paper.example",
    "port": "70000",
    "workers": "0",
    "mail_port": "many",
    "mail_security": "rot13",
    "log_level": "loud",
    "debug": "perhaps",
    "demo": "2",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*Options.model_fields]:
        monkeypatch.delenv(f"BROADSHEET_{name.upper()}", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("BROADSHEET_DATA", str(tmp_path))


def wrong() -> list[str]:
    with pytest.raises(BadOptions) as refused:
        load_options()
    return refused.value.lines


@pytest.mark.parametrize("name", VALUES)
def test_a_wrong_value_is_named_with_its_variable_and_its_place_in_the_file(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BROADSHEET_{name.upper()}", VALUES[name])
    [line] = wrong()
    assert line.startswith(f"BROADSHEET_{name.upper()} ('{name}' in broadsheet.toml): '{VALUES[name]}' is not valid. ")


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VALUES.items():
        monkeypatch.setenv(f"BROADSHEET_{name.upper()}", value)
    assert [line.partition(" ")[0] for line in wrong()] == [f"BROADSHEET_{name.upper()}" for name in VALUES]


def test_a_key_that_is_no_option_is_named(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text("prot = 8001\n")
    assert wrong() == ["broadsheet.toml sets 'prot', which is not an option. See docs/reference/settings.md."]


@pytest.mark.parametrize("text", ["port 8001", 'name = "\x00"'])
def test_a_file_that_is_no_toml_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(text)
    [line] = wrong()
    assert line.startswith("broadsheet.toml is not valid TOML")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_bytes(b"\xff\xfe")
    [line] = wrong()
    assert line.startswith("broadsheet.toml is not valid TOML")


def test_a_variable_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broadsheet.toml").write_text('port = 8001\nworkers = 3\nextra_hosts = ["a.example"]\n')
    monkeypatch.setenv("BROADSHEET_PORT", "8002")
    options = load_options()
    assert (options.port, options.workers, options.host, options.extra_hosts) == (8002, 3, "127.0.0.1", ["a.example"])


def test_further_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_EXTRA_HOSTS", "a.example, b.example,")
    assert load_options().extra_hosts == ["a.example", "b.example"]


def test_the_address_follows_the_port_until_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_PORT", "8002")
    assert str(load_options().base_url) == "http://127.0.0.1:8002/"
    monkeypatch.setenv("BROADSHEET_BASE_URL", "https://paper.example")
    assert str(load_options().base_url) == "https://paper.example/"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"surrogate_header": "xkey"}, "purge_addresses"),
        ({"purge_addresses": "http://127.0.0.1:6081/"}, "surrogate_header"),
        ({"surrogate_header": "Cache-Tag", "purge_addresses": "https://purge.example/"}, "needs a purge_token"),
        (
            {"surrogate_header": "xkey", "purge_addresses": "http://127.0.0.1/", "frontend_cache": {"a": {"B": "c"}}},
            "of two caches in a row, one would refill the other",
        ),
    ],
)
def test_nothing_in_front_keeps_pages_that_it_could_not_be_told_to_drop(given: dict[str, object], missing: str) -> None:
    with pytest.raises(BadOptions) as refused:
        load_options(**given)
    assert missing in str(refused.value)
    assert "Value error" not in str(refused.value)


def test_the_token_for_purges_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "purge-token").write_text("open sesame\n")
    given = {"surrogate_header": "Surrogate-Key", "purge_addresses": "https://a.example/, https://b.example/"}
    options = load_options(data=tmp_path, **given)
    assert options.purge_token.get_secret_value() == "open sesame"
    assert "open sesame" not in repr(options)
    assert [str(address) for address in options.purge_addresses] == ["https://a.example/", "https://b.example/"]


def test_the_mail_password_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "mail-password").write_text("open sesame\n")
    options = load_options()
    assert options.mail_password.get_secret_value() == "open sesame"
    assert "sesame" not in repr(options)


def test_database_url_works_without_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@b/c")
    assert load_options().database_url == "postgresql://a@b/c"


@pytest.mark.parametrize("url", ["mysql://a@b/c", "postgresql://a@b:port/c"])
def test_a_database_that_is_neither_kind_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadOptions):
        database(url, tmp_path)


def test_postgresql_is_taken_by_its_address(tmp_path: Path) -> None:
    made = database("postgresql://ada@db.example/paper", tmp_path)
    assert (made["ENGINE"], made["HOST"], made["NAME"]) == ("django.db.backends.postgresql", "db.example", "paper")


@pytest.mark.parametrize(("version", "mode"), [((3, 51, 2), "PERSIST"), ((3, 51, 3), "WAL"), ((3, 52, 0), "WAL")])
def test_a_write_ahead_log_only_where_it_is_sound_and_every_commit_survives_a_power_cut(
    version: tuple[int, ...], mode: str
) -> None:
    assert journal_mode(version) == mode
    said = sqlite_pragmas(version).split("; ")
    assert said[0] == f"PRAGMA journal_mode={mode}"
    assert "PRAGMA synchronous=FULL" in said


def test_a_connection_outlives_the_request_that_opened_it_but_not_for_ever(tmp_path: Path) -> None:
    assert 0 < database("", tmp_path)["CONN_MAX_AGE"] <= 60  # seconds until a file that was put in its place is seen
    made = database("postgresql://ada@db.example/paper", tmp_path)
    assert made["CONN_MAX_AGE"] > 0
    assert made["CONN_HEALTH_CHECKS"]
