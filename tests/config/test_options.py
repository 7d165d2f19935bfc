"""Options are typed, and each invalid one is reported with its place."""

from pathlib import Path

import pytest

from broadsheet.config.databases import database, journal_mode, sqlite_pragmas
from broadsheet.config.options import BadOptions, Options, load_options

VALUES = {  # option → an invalid value
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
def no_options_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*Options.model_fields]:
        monkeypatch.delenv(f"BROADSHEET_{name.upper()}", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("BROADSHEET_DATA", str(tmp_path))


def errors() -> list[str]:
    """Return the lines about the invalid options."""
    with pytest.raises(BadOptions) as error:
        load_options()
    return error.value.lines


@pytest.mark.parametrize("name", VALUES)
def test_an_invalid_value_is_reported_with_its_variable_and_its_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"BROADSHEET_{name.upper()}", VALUES[name])
    [line] = errors()
    assert line.startswith(f"BROADSHEET_{name.upper()} ('{name}' in broadsheet.toml): '{VALUES[name]}' is not valid. ")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        *(
            ("port", value, "It must be a whole number from 1 to 65535.")
            for value in ("abc", "70000", "-1", "80.5", "")
        ),
        ("workers", "many", "It must be a whole number from 1 to 64."),
        ("baked_pages_limit", "5 GB", "It must be a whole number of at least 10."),
        ("base_url", "ftp://paper.example", "It must be an address that begins with https:// or http://."),
        ("base_url", "paper.example", "It must be an address that begins with https:// or http://."),
        ("mail_security", "rot13", "It must be starttls, tls or none."),
        ("surrogate_header", "key", "It must be nothing, xkey, Surrogate-Key or Cache-Tag."),
        ("demo", "perhaps", "It must be true or false."),
    ],
)
def test_an_invalid_value_is_explained_in_plain_words(
    name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BROADSHEET_{name.upper()}", value)
    [line] = errors()
    assert line == f"BROADSHEET_{name.upper()} ('{name}' in broadsheet.toml): '{value}' is not valid. {reason}"


def test_an_invalid_value_of_the_command_line_is_reported_with_its_flag() -> None:
    with pytest.raises(BadOptions) as error:
        load_options(port="abc")
    assert error.value.lines == ["--port: 'abc' is not valid. It must be a whole number from 1 to 65535."]


@pytest.mark.parametrize("rest", ["/news", "/news/", "/?edition=1", "/#top", "/%20"])
def test_a_base_url_with_a_path_is_refused_in_words(rest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_BASE_URL", f"https://paper.example{rest}")
    [line] = errors()
    assert "is not valid. The paper must be at the root of a host of its own" in line


@pytest.mark.parametrize("url", ["https://paper.example", "https://paper.example/", "http://127.0.0.1:8001"])
def test_a_base_url_without_a_path_is_accepted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_BASE_URL", url)
    assert str(load_options().base_url).rstrip("/") == url.rstrip("/")


def test_all_invalid_values_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VALUES.items():
        monkeypatch.setenv(f"BROADSHEET_{name.upper()}", value)
    assert [line.partition(" ")[0] for line in errors()] == [f"BROADSHEET_{name.upper()}" for name in VALUES]


def test_an_unknown_key_is_reported(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text("prot = 8001\n")
    assert errors() == ["broadsheet.toml sets 'prot', which is not an option. See docs/reference/settings.md."]


@pytest.mark.parametrize("text", ["port 8001", 'name = "\x00"'])
def test_a_file_that_is_not_toml_is_reported(text: str, tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(text)
    [line] = errors()
    assert line.startswith("broadsheet.toml is not valid TOML")


def test_a_file_that_is_not_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_bytes(b"\xff\xfe")
    [line] = errors()
    assert line.startswith("broadsheet.toml is not valid TOML")


def test_a_variable_overrides_the_file_and_the_file_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broadsheet.toml").write_text('port = 8001\nworkers = 3\nextra_hosts = ["a.example"]\n')
    monkeypatch.setenv("BROADSHEET_PORT", "8002")
    options = load_options()
    assert (options.port, options.workers, options.host, options.extra_hosts) == (8002, 3, "127.0.0.1", ["a.example"])


def test_further_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_EXTRA_HOSTS", "a.example, b.example,")
    assert load_options().extra_hosts == ["a.example", "b.example"]


def test_base_url_follows_the_port_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_PORT", "8002")
    assert str(load_options().base_url) == "http://127.0.0.1:8002/"
    monkeypatch.setenv("BROADSHEET_BASE_URL", "https://paper.example")
    assert str(load_options().base_url) == "https://paper.example/"


@pytest.mark.parametrize(
    ("values", "missing"),
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
def test_caches_in_front_that_could_not_be_purged_are_refused(values: dict[str, object], missing: str) -> None:
    with pytest.raises(BadOptions) as error:
        load_options(**values)
    assert missing in str(error.value)
    assert "Value error" not in str(error.value)


def test_the_purge_token_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "purge-token").write_text("open sesame\n")
    values = {"surrogate_header": "Surrogate-Key", "purge_addresses": "https://a.example/, https://b.example/"}
    options = load_options(data=tmp_path, **values)
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
def test_a_database_url_of_another_kind_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadOptions):
        database(url, tmp_path)


def test_a_postgresql_url_selects_postgresql(tmp_path: Path) -> None:
    config = database("postgresql://ada@db.example/paper", tmp_path)
    assert (config["ENGINE"], config["HOST"], config["NAME"]) == (
        "django.db.backends.postgresql",
        "db.example",
        "paper",
    )


@pytest.mark.parametrize(("version", "mode"), [((3, 51, 2), "PERSIST"), ((3, 51, 3), "WAL"), ((3, 52, 0), "WAL")])
def test_wal_is_used_only_where_it_is_safe_and_every_commit_is_synchronous(version: tuple[int, ...], mode: str) -> None:
    assert journal_mode(version) == mode
    pragmas = sqlite_pragmas(version).split("; ")
    assert pragmas[0] == f"PRAGMA journal_mode={mode}"
    assert "PRAGMA synchronous=FULL" in pragmas


def test_connections_outlive_a_request_but_are_not_permanent(tmp_path: Path) -> None:
    assert 0 < database("", tmp_path)["CONN_MAX_AGE"] <= 60  # seconds until a file that was put in its place is seen
    config = database("postgresql://ada@db.example/paper", tmp_path)
    assert config["CONN_MAX_AGE"] > 0
    assert config["CONN_HEALTH_CHECKS"]
