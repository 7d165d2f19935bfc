"""What an operator may set: BROADSHEET_* variables or `broadsheet.toml` in the paper's data folder, typed and named.

What an editor sets (the paper's name, languages, time zone, donations) lives in /cms/, not here.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, AnyHttpUrl, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

DEFAULT_DATA = Path("paper")
OPTIONS_FILE = "broadsheet.toml"
SECRETS_FOLDER = "secrets"
MAIL_PASSWORD_FILE = "mail-password"  # noqa: S105 - the name of a file
PURGE_TOKEN_FILE = "purge-token"  # noqa: S105 - the name of a file
UNTOLD = {"mail_password", "purge_token", "frontend_cache"}  # they are secret, or hold what is


class BadOptions(Exception):
    """One or more options cannot be used; `lines` names each with what is wrong and what would be right."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Options(BaseSettings):
    """The operator's options. Every field is documented in docs/reference/settings.md, which is made from here."""

    model_config = SettingsConfigDict(env_prefix="BROADSHEET_", extra="forbid", validate_default=True)

    data: Path = Field(DEFAULT_DATA, description="The paper's data folder: database, secrets, photographs.")
    base_url: AnyHttpUrl = Field(
        AnyHttpUrl("http://127.0.0.1:8000/"),
        description="The address readers use, https:// in production. Links in emails and feeds begin with it. "
        "Unless it is set: this machine, at the port of `serve`.",
    )
    extra_hosts: Annotated[list[str], NoDecode] = Field(
        [], description="Further host names the paper answers to, separated by commas."
    )
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("BROADSHEET_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="postgresql://user:password@host/name; empty: SQLite in the data folder. DATABASE_URL works too.",
    )
    host: str = Field("127.0.0.1", description="The address `serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port `serve` listens on.")
    workers: int = Field(2, ge=1, le=64, description="How many processes answer readers.")
    mail_host: str = Field("", description="The SMTP server that carries the emails; empty means none is set up yet.")
    mail_port: int = Field(587, ge=1, le=65535, description="Its port.")
    mail_user: str = Field("", description="The name to sign in with; empty for none.")
    mail_password: SecretStr = Field(
        SecretStr(""),
        description="The password to sign in with. Better kept in secrets/mail-password than in a variable.",
    )
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is protected."
    )
    mail_from: str = Field("", description="The sender of the emails; empty means paper@ and the host of base_url.")
    surrogate_header: Literal["", "xkey", "Surrogate-Key", "Cache-Tag"] = Field(
        "",
        description="For a cache in front that finds pages by their keys: the header that names them, xkey for "
        "Varnish, Surrogate-Key for Fastly, Cache-Tag for Cloudflare. Empty: nothing in front may keep a page "
        "without asking.",
    )
    purge_addresses: Annotated[list[AnyHttpUrl], NoDecode] = Field(
        [], description="Where such caches are told that pages are stale, one address each, separated by commas."
    )
    purge_token: SecretStr = Field(
        SecretStr(""),
        description="What they want to see before they believe it. Better kept in secrets/purge-token than in a "
        "variable.",
    )
    frontend_cache: dict[str, dict[str, Any]] = Field(
        {},
        description="For caches in front that know addresses only: what Wagtail calls WAGTAILFRONTENDCACHE. They "
        "keep a page for a minute at most.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is worth a line in the log."
    )
    debug: bool = Field(False, description="Shows tracebacks to visitors. Never for a paper that others can reach.")
    demo: bool = Field(False, description="Shows the demo strip and the outbox page. `broadsheet demo` sets it.")

    @field_validator("extra_hosts", "purge_addresses", mode="before")
    @classmethod
    def split_texts(cls, value: object) -> object:
        """Reads "a.example, b.example" as well as a list."""
        return [text.strip() for text in value.split(",") if text.strip()] if isinstance(value, str) else value

    @model_validator(mode="after")
    def follow_the_port(self) -> "Options":
        """Leads to where `serve` listens as long as nobody has said where readers come in."""
        if "base_url" not in self.model_fields_set:
            self.base_url = AnyHttpUrl(f"http://127.0.0.1:{self.port}/")
        return self

    @model_validator(mode="after")
    def read_what_is_secret(self) -> "Options":
        """Takes a password or a token from its file unless it is set otherwise."""
        for name, file_name in {"mail_password": MAIL_PASSWORD_FILE, "purge_token": PURGE_TOKEN_FILE}.items():
            file = self.data / SECRETS_FOLDER / file_name
            if not getattr(self, name).get_secret_value() and file.is_file():
                setattr(self, name, SecretStr(file.read_text().strip()))
        return self

    @model_validator(mode="after")
    def check_that_pages_in_front_can_be_purged(self) -> "Options":
        """Lets nothing keep pages that could not be told when they are stale."""
        if bool(self.surrogate_header) != bool(self.purge_addresses):
            raise ValueError("surrogate_header and purge_addresses are set together or not at all")
        if self.surrogate_header and self.frontend_cache:
            raise ValueError(
                "Set surrogate_header or frontend_cache: of two caches in a row one would refill the other"
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


def load_options(**given: object) -> Options:
    """Reads the options; raises BadOptions naming every wrong value, where it stands and what would be right."""
    try:
        return Options(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadOptions([_sentence(fault["loc"], fault["msg"], fault["input"]) for fault in error.errors()]) from error
    except OSError as error:
        advice = "Give the user that runs broadsheet the right to it."
        raise BadOptions([f"{error.filename} cannot be read ({error.strerror}). {advice}"]) from error
    except ValueError as error:
        raise BadOptions([f"{OPTIONS_FILE} cannot be read as TOML: {error}."]) from error


def _sentence(place: tuple[int | str, ...], message: str, value: object) -> str:
    if not place:
        return f"{message.removeprefix('Value error, ')}."
    name = str(place[0])
    variable = name if name.startswith("BROADSHEET_") else f"BROADSHEET_{name.upper()}"
    if message.startswith("Extra inputs"):
        return f"{OPTIONS_FILE} sets '{name}', which is no option. See docs/reference/settings.md."
    shown = "what was given" if name in UNTOLD else repr(value)
    return f"{variable} ('{name}' in {OPTIONS_FILE}): {shown} cannot be used. {message}."
