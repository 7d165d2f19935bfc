"""The reference of the operator's options, from `broadsheet.config.options`."""

from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from broadsheet.config.options import MAIL_PASSWORD_FILE, PURGE_TOKEN_FILE, Options
from broadsheet.config.secrets import NAMES

HEAD = """\
# Settings

<!-- Made by `python -m tools.docs` from broadsheet/config/options.py. Do not edit. -->

What an operator sets. An editor sets the rest, such as the paper's name, languages, time zone, contact and the text
of the donation appeal, in `/cms/` under Settings.

Each option can be given in two places; the first that has it counts:

1. a variable of the environment, for example `BROADSHEET_PORT=8001`; 2. the file `broadsheet.toml` in the paper's
data folder, for example `port = 8001`. `broadsheet init` writes one with every option in it, explained and
commented out.

`serve` and `demo` take `--host`, `--port` and `--workers` on the command line as well, and every command takes
`--data`; these go before both. A value that cannot be used is named, with all others that cannot, and nothing is
started. A key in the file that is no option is an error; a variable that begins with `BROADSHEET_` and is no option
is a warning of `broadsheet doctor`.

| in the file | variable | type | default | what for |
|---|---|---|---|---|
"""
TAIL = """
## Secrets

They are files in the folder `secrets` of the data folder, made by `broadsheet init`, each with mode 0600:

| file | what for |
|---|---|
"""
TYPES: dict[Any, str] = {int: "number", bool: "true or false", str: "text", SecretStr: "text, never shown"}
KINDS = {"Path": "folder", "AnyHttpUrl": "address", "list": "list of texts", "dict": "table"}


def page(_: str) -> str:
    """The whole page."""
    from_options = "".join(row(name, field) for name, field in Options.model_fields.items())
    return HEAD + from_options + TAIL + "".join(f"| `{name}` | {what} |\n" for name, what in secrets().items())


def row(name: str, field: FieldInfo) -> str:
    in_file = "" if name == "data" else f"`{name}`"
    cells = [
        in_file,
        f"`BROADSHEET_{name.upper()}`",
        kind(field),
        default(field),
        (field.description or "").replace("|", "\\|"),
    ]
    return f"| {' | '.join(cells)} |\n"


def kind(field: FieldInfo) -> str:
    """The type in words, with the bounds of a number."""
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{choice}`" if choice else "empty" for choice in get_args(annotation))
    bounds = [bound for limit in field.metadata for bound in (getattr(limit, "ge", None), getattr(limit, "le", None))]
    if limits := [bound for bound in bounds if bound is not None]:
        return f"number, {min(limits)} to {max(limits)}"
    name = getattr(get_origin(annotation) or annotation, "__name__", "")
    return TYPES.get(annotation) or KINDS[name]


def default(field: FieldInfo) -> str:
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value not in ("", [], {}) else "empty"


def secrets() -> dict[str, str]:
    return {
        **NAMES,
        MAIL_PASSWORD_FILE: "the password of the mail server; optional, made by the operator",
        PURGE_TOKEN_FILE: "the token of the cache in front; optional, made by the operator",
    }
