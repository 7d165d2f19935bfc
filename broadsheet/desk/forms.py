"""The desk's form for a decision."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from broadsheet.core.form_fields import PlainTextField, TypedField
from broadsheet.discussion.reasons import Reason
from broadsheet.review.outcomes import NEEDS_REASON, Grounds, Outcome


class DecisionForm(forms.Form):
    """An outcome for one revision, with its grounds where they are required, and a note."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.CharField(widget=forms.HiddenInput, required=False)  # in which the comment was seen
    outcome = forms.TypedChoiceField(choices=Outcome.choices, coerce=Outcome)
    reason = forms.TypedChoiceField(
        choices=[("", _("Choose a reason")), *Reason.choices],
        coerce=lambda value: Reason(int(value)),
        empty_value=None,
        required=False,
    )
    law = TypedField(max_length=200, required=False, label=_("Law (for reason 9)"))
    explanation = PlainTextField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}), label=_("Explanation to the author")
    )
    private_note = PlainTextField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=_("Private note to colleagues"),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the reason and the law beside their fields, before the action would refuse."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") in NEEDS_REASON and not cleaned.get("reason"):
            self.add_error("reason", _("Please choose a reason; the author will be told."))
        if cleaned.get("reason") == Reason.ILLEGAL and not cleaned.get("law"):
            self.add_error("law", _("Please name the law: the country and the section."))
        return cleaned

    def grounds(self) -> Grounds:
        """Return the grounds, none for an outcome that takes no reason."""
        if self.cleaned_data["outcome"] not in NEEDS_REASON:
            return Grounds()
        return Grounds(**{name: self.cleaned_data[name] for name in ("reason", "law", "explanation")})
