"""The operator's options: BROADSHEET_* variables, or `broadsheet.toml` in the paper's data folder, typed and checked.

Editors' settings (the paper's name, languages, time zone, donations) are in /cms/.
"""

from collections.abc import Collection
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, AnyHttpUrl, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from broadsheet.limits.states import DEFAULTS, rates

DEFAULT_DATA = Path("paper")
OPTIONS_FILE = "broadsheet.toml"
SECRETS_FOLDER = "secrets"
MAIL_PASSWORD_FILE = "mail-password"  # noqa: S105 - the name of a file
PURGE_TOKEN_FILE = "purge-token"  # noqa: S105 - the name of a file
# The kinds of errors that a value of an option can have, as pydantic names them.
OUTSIDE = {"greater_than_equal", "less_than_equal"}
KINDS = {
    "bool_parsing": "It must be true or false",
    "bool_type": "It must be true or false",
    "string_type": "It must be a text in quotation marks",
    "list_type": "It must be a list of texts",
    "dict_type": "It must be a table",
}
REDACTED = {"mail_password", "purge_token", "frontend_cache"}  # secrets, or tables that may contain some


class BadOptions(Exception):
    """Invalid options. `lines` has a sentence for each, with the problem and its remedy."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Options(BaseSettings):
    """The operator's options. docs/reference/settings.md is generated from the fields."""

    model_config = SettingsConfigDict(env_prefix="BROADSHEET_", extra="forbid", validate_default=True)

    data: Path = Field(DEFAULT_DATA, description="The paper's data folder: database, secrets, photographs.")
    base_url: AnyHttpUrl = Field(
        AnyHttpUrl("http://127.0.0.1:8000/"),
        description="The URL at which readers reach the paper, https:// in production and without a path. Links in "
        "emails and feeds begin with it. If it is not set, it is this machine with the port of `serve`.",
    )
    extra_hosts: Annotated[list[str], NoDecode] = Field(
        [], description="Further host names at which the paper answers, separated by commas."
    )
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("BROADSHEET_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="postgresql://user:password@host/name; if empty, SQLite in the data folder. The variable "
        "DATABASE_URL works too.",
    )
    host: str = Field("127.0.0.1", description="The address on which `serve` listens.")
    port: int = Field(8000, ge=1, le=65535, description="The port on which `serve` listens.")
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        ["127.0.0.1", "::1"],
        description="The addresses or networks of the proxies in front, separated by commas. X-Forwarded-For "
        "is trusted only from these.",
    )
    limits: dict[str, str] = Field(
        {},
        description="How often each person or network may do certain things, as a table. The defaults: "
        + ", ".join(f"{name} {rate}" for name, rate in DEFAULTS.items())
        + ". Periods are minute, hour and day.",
    )
    workers: int = Field(2, ge=1, le=64, description="The number of server processes.")
    baked_pages_limit: int = Field(
        5_000,
        ge=10,
        description="The space that baked pages may take on the disk, in megabytes. The pages that were not read for "
        "longest are removed first, and baked anew for the next reader.",
    )
    mail_host: str = Field("", description="The SMTP server that sends the emails; empty until one is configured.")
    mail_port: int = Field(587, ge=1, le=65535, description="The port of the SMTP server.")
    mail_user: str = Field("", description="The user name for the SMTP server; empty for none.")
    mail_password: SecretStr = Field(
        SecretStr(""),
        description="The password for the SMTP server. It is safer in the file secrets/mail-password than in a "
        "variable.",
    )
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to the SMTP server is encrypted."
    )
    mail_from: str = Field("", description="The sender of the emails; if empty, paper@ and the host of base_url.")
    surrogate_header: Literal["", "xkey", "Surrogate-Key", "Cache-Tag"] = Field(
        "",
        description="For a cache in front that purges by surrogate keys, the header with the keys: xkey for Varnish, "
        "Surrogate-Key for Fastly, Cache-Tag for Cloudflare. If empty, no cache in front may store a page without "
        "revalidating it.",
    )
    purge_addresses: Annotated[list[AnyHttpUrl], NoDecode] = Field(
        [], description="The URLs to which purges are sent, one for each such cache, separated by commas."
    )
    purge_token: SecretStr = Field(
        SecretStr(""),
        description="The token that authorises the purges. It is safer in the file secrets/purge-token than in a "
        "variable.",
    )
    frontend_cache: dict[str, dict[str, Any]] = Field(
        {},
        description="For caches in front that purge by URL: Wagtail's setting WAGTAILFRONTENDCACHE. They store a page "
        "for a minute at most.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level of messages that are logged."
    )
    debug: bool = Field(
        False, description="Shows tracebacks to visitors. Never switch it on for a paper that others can reach."
    )
    demo: bool = Field(
        False, description="Shows the demo's banner and its outbox page. `broadsheet demo` switches it on."
    )

    @field_validator("extra_hosts", "purge_addresses", "trusted_proxies", mode="before")
    @classmethod
    def split_at_commas(cls, value: object) -> object:
        """Split "a.example, b.example" into a list; leave a list as it is."""
        return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def check_networks(cls, value: list[str]) -> list[str]:
        """Refuse what is neither an address nor a network."""
        for written in value:
            ip_network(written)
        return value

    @field_validator("limits")
    @classmethod
    def check_limits(cls, value: dict[str, str]) -> dict[str, str]:
        """Refuse an unknown limit, and a rate that cannot be read."""
        rates(value)
        return value

    @field_validator("base_url")
    @classmethod
    def check_base_url_has_no_path(cls, value: AnyHttpUrl) -> AnyHttpUrl:
        """Refuse a path, a query and the like: every page begins at the root of its host, so no link would work."""
        if value.path not in {None, "", "/"} or value.query is not None or value.fragment is not None:
            raise ValueError(
                "The paper must be at the root of a host of its own, such as https://news.example.org/, so the address "
                "cannot have a path. Give the paper a host name or a subdomain, and leave out what follows it"
            )
        return value

    @model_validator(mode="after")
    def default_base_url(self) -> "Options":
        """Set base_url to this machine and the port of `serve`, unless the operator has set it."""
        if "base_url" not in self.model_fields_set:
            self.base_url = AnyHttpUrl(f"http://127.0.0.1:{self.port}/")
        return self

    @model_validator(mode="after")
    def read_secret_files(self) -> "Options":
        """Read the password and the token from their files, unless they are set as options."""
        for name, file_name in {"mail_password": MAIL_PASSWORD_FILE, "purge_token": PURGE_TOKEN_FILE}.items():
            file = self.data / SECRETS_FOLDER / file_name
            if not getattr(self, name).get_secret_value() and file.is_file():
                setattr(self, name, SecretStr(file.read_text().strip()))
        return self

    @model_validator(mode="after")
    def check_front_caches(self) -> "Options":
        """Refuse options that would let a cache in front store pages that could not be purged there (ADR 19)."""
        if bool(self.surrogate_header) != bool(self.purge_addresses):
            raise ValueError("Set surrogate_header and purge_addresses together, or neither of them")
        if self.surrogate_header and self.frontend_cache:
            raise ValueError(
                "Set either surrogate_header or frontend_cache: of two caches in a row, one would refill the other"
            )
        if self.surrogate_header not in {"", "xkey"} and not self.purge_token.get_secret_value():
            raise ValueError(f"surrogate_header {self.surrogate_header} needs a purge_token")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = Path({**env_settings(), **init_settings()}.get("data", DEFAULT_DATA))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, folder / OPTIONS_FILE)


def load_options(**values: object) -> Options:
    """Return the options, of which `values`, those of the command line, take precedence.

    Raises BadOptions with a line for each invalid option.
    """
    try:
        return Options(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadOptions([_message(item, flags=set(values)) for item in error.errors()]) from error
    except OSError as error:
        advice = "Give the user that runs broadsheet access to it."
        raise BadOptions([f"{error.filename} cannot be read ({error.strerror}). {advice}"]) from error
    except ValueError as error:
        raise BadOptions([f"{OPTIONS_FILE} is not valid TOML: {error}."]) from error


def _message(error: ErrorDetails, *, flags: Collection[str]) -> str:
    if not error["loc"]:
        return f"{error['msg'].removeprefix('Value error, ')}."
    name, value = str(error["loc"][0]), error["input"]
    variable = name if name.startswith("BROADSHEET_") else f"BROADSHEET_{name.upper()}"
    if error["type"] == "extra_forbidden":
        return f"{OPTIONS_FILE} sets '{name}', which is not an option. See docs/reference/settings.md."
    place = f"--{name}" if name in flags else f"{variable} ('{name}' in {OPTIONS_FILE})"
    shown = "the value" if name in REDACTED else repr(value)
    return f"{place}: {shown} is not valid. {_reason(name, error)}."


def _reason(name: str, error: ErrorDetails) -> str:
    """Return why a value is refused, in our words: pydantic's are those of a programmer."""
    kind = error["type"]
    if kind in OUTSIDE or kind.startswith("int_"):
        return _range_of(name)
    if kind == "literal_error":
        expected = str(error["ctx"]["expected"]).replace("''", "nothing").replace("'", "")
        return f"It must be {expected}"
    if kind.startswith("url_"):
        return "It must be an address that begins with https:// or http://"
    return KINDS.get(kind) or error["msg"].removeprefix("Value error, ")


def _range_of(name: str) -> str:
    """Return the sentence that says which numbers an option accepts."""
    field = Options.model_fields.get(name)
    bounds = field.metadata if field else []
    least = next((bound.ge for bound in bounds if hasattr(bound, "ge")), None)
    most = next((bound.le for bound in bounds if hasattr(bound, "le")), None)
    limits = f" from {least} to {most}" if most is not None else f" of at least {least}" if least is not None else ""
    return f"It must be a whole number{limits}"
