"""Form fields for words that people type or paste."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.formats import number_format
from django.utils.translation import ngettext_lazy

from broadsheet.core.text import is_visible

TOO_LONG = ngettext_lazy(
    "This has %(length)s character; the limit is %(limit)s. Please shorten it.",
    "This has %(length)s characters; the limit is %(limit)s. Please shorten it.",
    "count",
)


class LengthValidator(MaxLengthValidator):
    """Refuses a text that is too long. The message may have its `length` and the `limit`, grouped as usual."""

    def __call__(self, value: str) -> None:
        """Raise ValidationError for a text that is too long."""
        if len(value) > self.limit_value:
            length, limit = (number_format(number, force_grouping=True) for number in (len(value), self.limit_value))
            count = {"count": self.limit_value, "length": length, "limit": limit}
            raise forms.ValidationError(self.message, code=self.code, params=count)


class TypedField(forms.CharField):
    """Characters that people read. Too many are counted and refused; a browser would cut them off in silence."""

    def __init__(self, *, too_long: Any = TOO_LONG, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [
            LengthValidator(validator.limit_value, too_long) if isinstance(validator, MaxLengthValidator) else validator
            for validator in self.validators
        ]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes without the length at which a browser cuts a pasted text."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def to_python(self, value: Any) -> str:
        """Return the characters, or nothing where none of them is visible."""
        return super().to_python(value if is_visible(value or "") else "") or ""


class PlainTextField(TypedField):
    """A text whose line ends count as one character each, as browsers count them."""

    def to_python(self, value: Any) -> str:
        return super().to_python((value or "").replace("\r\n", "\n").replace("\r", "\n"))
