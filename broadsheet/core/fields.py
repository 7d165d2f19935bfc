"""Database fields that no room owns."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from broadsheet.core.secrets import decrypt, encrypt


class EncryptedTextField(models.TextField):
    """Text that is sealed in the database and open in Python. It cannot be searched, sorted or filtered by value."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> str | None:
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted: no query may depend on it (asked for '{lookup_name}').")
        return super().get_lookup(lookup_name)
