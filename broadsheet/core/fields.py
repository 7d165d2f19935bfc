"""Database fields that belong to no room."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression, F

from broadsheet.core.secrets import decrypt, encrypt


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python. Queries cannot search, sort or filter by it."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> str | None:
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted, so it has no lookup '{lookup_name}'.")
        return super().get_lookup(lookup_name)


class BooleanFieldOfTrigger(models.BooleanField):
    """A truth that triggers of the database keep. Saving an instance leaves it as it is in the row."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return False if add else F(self.attname)

    def deconstruct(self) -> Any:
        """Describe the field as a BooleanField: the column is the same."""
        name, _, args, keywords = super().deconstruct()
        return name, "django.db.models.BooleanField", args, keywords
