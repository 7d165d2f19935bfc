"""Writes the options file of a new paper: every option, explained, with its default, commented out."""

from textwrap import wrap

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from broadsheet.config.options import Options

HEAD = """\
# The options of this paper. Each line that begins with # shows the default: take the # away and change the value.
# A variable of the same name goes first: BROADSHEET_PORT=8001 before port = 8000. See docs/reference/settings.md
# The paper's name, languages, time zone, contact and donations are edited in /cms/, not here.
"""
WIDTH = 110
NOT_IN_FILE = {"data"}


def options_file(**given: object) -> str:
    """The text of broadsheet.toml, with the options that are given switched on."""
    entries = [
        entry(name, given.get(name, PydanticUndefined)) for name in Options.model_fields if name not in NOT_IN_FILE
    ]
    return "\n".join([HEAD, *entries])


def entry(name: str, given: object) -> str:
    """One option: what it is for, and its line."""
    field = Options.model_fields[name]
    told = [f"# {line}" for line in wrap(field.description or "", WIDTH)]
    switched_on = given is not PydanticUndefined
    line = f"{name} = {toml(given if switched_on else field.default)}"
    return "\n".join([*told, line if switched_on else f"# {line}", ""])


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(name)} = {toml(one)}" for name, one in value.items()) + "}"
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
