"""The initial data of a new paper: tables, the paper's name and time zone, the first editor."""

import os
import secrets
from pathlib import Path

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import Paper
from broadsheet.newsroom.models.paper import check_time_zone

LOCALTIME = Path("/etc/localtime")


def database_has_tables() -> bool:
    """Return whether the database already holds tables, of this paper or of anything else."""
    return bool(connection.introspection.table_names())


def create_paper(name: str, *, email: str, password: str) -> str:
    """Create the paper or complete it; return the generated password, or an empty string if one was given."""
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        set_name_and_time_zone(name)
        return create_editor(email, password)


def set_name_and_time_zone(name: str) -> None:
    """Save the paper's name and, where the machine has a time zone that the paper knows, that zone."""
    paper = Paper.load()
    paper.name = name
    paper.time_zone = system_time_zone() or paper.time_zone
    paper.save()


def create_editor(email: str, password: str) -> str:
    """Create a superuser who can add the other accounts; return the generated password, if none was given.

    Raises ValidationError for a password that the paper's rules refuse.
    """
    generated = "" if password else secrets.token_urlsafe(12)
    editor = User.objects.filter(email=email).first() or User(email=email)
    if password:
        validate_password(password, User(email=email))
    editor.is_staff = editor.is_superuser = editor.is_active = True
    editor.set_password(password or generated)
    editor.save()
    editor.groups.set(Group.objects.filter(name__in=[Role.EDITOR, Role.CHIEF_REVIEWER]))
    return generated


def system_time_zone() -> str:
    """Return the name of the machine's time zone, or an empty string where it has none that the paper knows."""
    _, _, target = str(LOCALTIME.resolve()).partition("zoneinfo/")
    name = os.environ.get("TZ", "").lstrip(":") or target
    try:
        check_time_zone(name)
    except ValidationError:
        return ""
    return name
