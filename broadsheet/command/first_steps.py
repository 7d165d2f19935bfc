"""Fills the database of a new paper: tables, the paper's name and zone, the first editor."""

import os
import secrets
from pathlib import Path

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction

from broadsheet.accounts.models import User
from broadsheet.accounts.states import Role
from broadsheet.newsroom.models import Paper
from broadsheet.newsroom.models.paper import check_time_zone

ZONE_OF_THE_MACHINE = Path("/etc/localtime")


def database_is_taken() -> bool:
    """Whether somebody's tables are there."""
    return bool(connection.introspection.table_names())


def make_paper(name: str, *, email: str, password: str) -> str:
    """Makes or completes the paper; returns the password that was made, or nothing if one was given."""
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        name_paper(name)
        return make_editor(email, password)


def name_paper(name: str) -> None:
    """Writes the masthead, and the machine's time zone if it tells one."""
    paper = Paper.load()
    paper.name = name
    paper.time_zone = zone_of_the_machine() or paper.time_zone
    paper.save()


def make_editor(email: str, password: str) -> str:
    """Makes the account that may do everything, since somebody must make the others."""
    made = "" if password else secrets.token_urlsafe(12)
    editor = User.objects.filter(email=email).first() or User(email=email)
    editor.is_staff = editor.is_superuser = editor.is_active = True
    editor.set_password(password or made)
    editor.save()
    editor.groups.set(Group.objects.filter(name__in=[Role.EDITOR, Role.CHIEF_REVIEWER]))
    return made


def zone_of_the_machine() -> str:
    """The name of this machine's time zone, or nothing where it does not tell or nobody knows it."""
    _, _, linked = str(ZONE_OF_THE_MACHINE.resolve()).partition("zoneinfo/")
    name = os.environ.get("TZ", "").lstrip(":") or linked
    try:
        check_time_zone(name)
    except ValidationError:
        return ""
    return name
