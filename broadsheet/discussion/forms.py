"""The form under an article, and the six digits."""

from collections.abc import Mapping
from typing import Any

from django import forms

from broadsheet.discussion.models import MAX_NAME, MAX_TEXT, MAX_WEBSITE, Revision, Terms


class PlainTextField(forms.CharField):
    """Text whose line ends are counted as one character each, as browsers count them."""

    def to_python(self, value: Any) -> str:
        return super().to_python((value or "").replace("\r\n", "\n").replace("\r", "\n")) or ""


class CommentForm(forms.Form):
    """Name, e-mail, web site, comment."""

    terms = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=MAX_NAME,
        label="Name",
        help_text="Shown with your comment.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        max_length=254,
        label="E-mail",
        help_text="Used for verification only. Never shown, never shared.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.URLField(
        max_length=MAX_WEBSITE,
        required=False,
        assume_scheme="https",
        label="Web site (optional)",
        help_text="Your name will link to it.",
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )
    text = PlainTextField(
        label="Comment",
        max_length=MAX_TEXT,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Plain text, up to 5,000 characters.",
    )
    wants_email = forms.BooleanField(
        required=False,
        label="Tell me by e-mail when it is decided",
        help_text="Then your address is kept until that email is sent.",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, current: Terms | None) -> None:
        """`current` are the terms that stand now, if the paper has any."""
        super().__init__(data, initial={"terms": current.pk if current else ""})
        self.current = current
        too_long = f"Your comment has %(show_value)d characters; {MAX_TEXT:,} fit. Please shorten it."
        self.fields["text"].validators[0].message = too_long  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if name not in {"terms", "wants_email", "website"}:
                field.error_messages["required"] = f"Please fill in: {field.label}."

    def clean_website(self) -> str:
        """Only http and https lead anywhere."""
        website: str = self.cleaned_data["website"]
        if website and not website.startswith(("http://", "https://")):
            raise forms.ValidationError("Write the address of your web site with https:// in front, or leave it empty.")
        return website

    def clean_terms(self) -> Terms | None:
        """Refuses terms that were replaced since the page was loaded: nobody agrees to what they did not see."""
        current = str(self.initial["terms"])
        if self.cleaned_data["terms"] != current:
            self.data = {**dict(self.data.items()), self.add_prefix("terms"): current}
            raise forms.ValidationError(
                "Our rules have changed since you opened the page. Please read them once more and send again."
            )
        return self.current

    def words(self) -> Revision:
        """The exact text as it will be published, not yet stored."""
        return Revision(**{name: self.cleaned_data[name] for name in ("name", "website", "text")})


class CodeForm(forms.Form):
    """The six digits of the email."""

    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label="The six digits of our email",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"invalid": "The code has six digits, for example 204 117."},
    )

    def clean_code(self) -> str:
        """The digits without the gap."""
        return "".join(self.cleaned_data["code"].split())
