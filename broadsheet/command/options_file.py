"""The options file of a new paper: every option with its explanation and its default, commented out."""

from textwrap import wrap

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from broadsheet.config.options import Options

HEAD = """\
# The options of this paper. Lines that begin with # show the defaults: remove the # to change a value.
# A variable of the same name takes precedence: BROADSHEET_PORT=8001 over port = 8000. See docs/reference/settings.md
# The paper's name, languages, time zone, contact and donations are edited in /cms/, not here.
"""
WIDTH = 110
NOT_IN_FILE = {"data"}


def options_file(**values: object) -> str:
    """Return the text of broadsheet.toml, in which the options that have a value here are not commented out."""
    entries = [
        entry(name, values.get(name, PydanticUndefined)) for name in Options.model_fields if name not in NOT_IN_FILE
    ]
    return "\n".join([HEAD, *entries])


def entry(name: str, value: object) -> str:
    """Return the lines of one option: its explanation, and its value or the commented-out default."""
    field = Options.model_fields[name]
    explanation = [f"# {line}" for line in wrap(field.description or "", WIDTH)]
    is_set = value is not PydanticUndefined
    line = f"{name} = {toml(value if is_set else field.default)}"
    return "\n".join([*explanation, line if is_set else f"# {line}", ""])


def toml(value: object) -> str:
    """Return the value in TOML's notation."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(item)}" for key, item in value.items()) + "}"
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
