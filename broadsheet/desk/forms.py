"""What the desk sends with a decision."""

from typing import Any

from django import forms

from broadsheet.review.reasons import NEEDS_REASON, Outcome, Reason


class DecisionForm(forms.Form):
    """An outcome, with a reason where one is due."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=Outcome.choices)
    reason = forms.TypedChoiceField(
        choices=[("", "Choose a reason"), *Reason.choices],
        coerce=lambda value: Reason(int(value)),
        empty_value=None,
        required=False,
    )
    law = forms.CharField(max_length=200, required=False, label="Which law (for reason 9)")
    explanation = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}), label="Explanation to the author"
    )
    private_note = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}), label="Private note to colleagues"
    )

    def clean(self) -> dict[str, Any]:
        """Asks for the reason beside its field, before the desk refuses."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") in NEEDS_REASON and not cleaned.get("reason"):
            self.add_error("reason", "Choose one of the nine reasons: the author is told why.")
        if cleaned.get("reason") == Reason.ILLEGAL and not cleaned.get("law"):
            self.add_error("law", "Name the law: which country's, which section.")
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """The arguments of the action that the outcome names."""
        about = ["reason", "law", "explanation"] if self.cleaned_data["outcome"] in NEEDS_REASON else []
        names = [*about, "private_note"]
        return {name: self.cleaned_data[name] for name in names}
