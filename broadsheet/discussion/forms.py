"""The form for a comment, and the form for the six-digit code."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from broadsheet.discussion.models import MAX_NAME, MAX_TEXT, MAX_WEBSITE, Revision, Terms

# By field: the sentence that asks for a value that is missing.
REQUIRED = {
    "name": _("Please enter your name."),
    "email": _("Please enter your email address."),
    "text": _("Please write your comment."),
}


class PlainTextField(forms.CharField):
    """A text whose line ends count as one character each, as browsers count them."""

    def to_python(self, value: Any) -> str:
        return super().to_python((value or "").replace("\r\n", "\n").replace("\r", "\n")) or ""


class CommentForm(forms.Form):
    """Name, email, website and text of a comment, with the terms that its author has seen."""

    terms = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=MAX_NAME,
        label=_("Name"),
        help_text=_("Shown with your comment."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        max_length=254,
        label=_("Email"),
        help_text=_("Used for verification only. Never shown, never shared."),
        error_messages={"invalid": _("Please enter a full email address, such as ida@example.org.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.URLField(
        max_length=MAX_WEBSITE,
        required=False,
        assume_scheme="https",
        label=_("Website (optional)"),
        help_text=_("Your name will link to it."),
        error_messages={"invalid": _("Enter a full web address, such as https://example.org.")},
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )
    text = PlainTextField(
        label=_("Comment"),
        max_length=MAX_TEXT,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Plain text, up to 5,000 characters."),
    )
    wants_email = forms.BooleanField(
        required=False,
        label=_("Email me when it has been reviewed"),
        help_text=_("We keep your address until that email is sent."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, current: Terms | None) -> None:
        """Create the form for the terms in force, if the paper has any."""
        super().__init__(data, initial={"terms": current.pk if current else ""})
        self.current = current
        self.fields["text"].validators[0].message = ngettext_lazy(  # type: ignore[attr-defined]
            "Your comment has %(show_value)d character; the limit is %(limit_value)d. Please shorten it.",
            "Your comment has %(show_value)d characters; the limit is %(limit_value)d. Please shorten it.",
            "limit_value",
        )
        for name, sentence in REQUIRED.items():
            self.fields[name].error_messages["required"] = sentence

    def clean_website(self) -> str:
        """Refuse a scheme other than http and https: the name links to it."""
        website: str = self.cleaned_data["website"]
        if website and not website.startswith(("http://", "https://")):
            raise forms.ValidationError(_("Enter a full web address, such as https://example.org."))
        return website

    def clean_terms(self) -> Terms | None:
        """Refuse terms that were replaced since the page was loaded: nobody agrees to a version they have not seen."""
        current = str(self.initial["terms"])
        if self.cleaned_data["terms"] != current:
            self.data = {**dict(self.data.items()), self.add_prefix("terms"): current}
            raise forms.ValidationError(
                _("Our rules have changed since you opened this page. Please read them and submit your comment again.")
            )
        return self.current

    def revision(self) -> Revision:
        """Return the exact text as it would be published, unsaved."""
        return Revision(**{name: self.cleaned_data[name] for name in ("name", "website", "text")})


class CodeForm(forms.Form):
    """The six-digit code of the email."""

    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label=_("Six-digit code"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={
            "invalid": _("The code has six digits, for example 204 117."),
            "required": _("Please enter the six-digit code from our email."),
        },
    )

    def clean_code(self) -> str:
        """Return the digits without the gap."""
        return "".join(self.cleaned_data["code"].split())
