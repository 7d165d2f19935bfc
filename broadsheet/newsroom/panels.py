"""How /cms/ takes corrections: they can be added, and those that readers have seen stay as they are."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import InlinePanel

from broadsheet.core.datetimes import current_style

Entry = tuple[date, str]


def check_entries_stand(published: Sequence[Entry], kept: Iterable[Entry]) -> None:
    """Refuses what does not begin with the published entries, each as it was. Compared by their words.

    Wagtail numbers a page's entries anew at each publication, so a number would not recognise them.
    """
    remaining = iter(kept)
    for entry in published:
        if next(remaining, None) != entry:
            raise ValidationError(
                _("The correction of %(day)s has been published and cannot be changed. Please add another below it."),
                params={"day": current_style().full_date(entry[0])},
            )


def entry_of(correction: Any) -> Entry:
    """What a correction says, and when; line ends do not count, because browsers change them."""
    return correction.made_on, "\n".join(correction.text.split("\r\n"))


class AppendOnlyFormSet(BaseChildFormSet):
    """Entries of a page that refuse to change once the page has been published with them."""

    def clean(self, *args: Any, **kwargs: Any) -> None:
        """Refuses, in words, an entry that was altered, removed or moved after readers could see it."""
        super().clean(*args, **kwargs)
        if not self.instance.first_published_at or any(self.errors):
            return
        published = self.model.objects.filter(**{self.fk.name: self.instance.pk}).order_by("sort_order", "pk")
        check_entries_stand(
            [entry_of(entry) for entry in published], [entry_of(form.instance) for form in self._kept()]
        )

    def _kept(self) -> list[Any]:
        return [form for form in self.ordered_forms if form not in self.deleted_forms]


class AppendOnlyPanel(InlinePanel):
    """An inline panel whose published entries stand."""

    def get_form_options(self) -> dict[str, Any]:
        """Gives the panel's entries the form set that refuses."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = AppendOnlyFormSet
        return options
