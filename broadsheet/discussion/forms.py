"""The form for a comment, and the form for the six-digit code."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from broadsheet.core.email_addresses import MAX_ADDRESS, clean_address
from broadsheet.core.errors import Refusal
from broadsheet.core.form_fields import PlainTextField, TypedField
from broadsheet.core.text import ascii_digits
from broadsheet.discussion.actions import Submission
from broadsheet.discussion.models import MAX_NAME, MAX_TEXT, MAX_WEBSITE, Comment, Revision, Terms

# By field: the sentence that asks for a value that is missing.
REQUIRED = {
    "name": _("Please enter your name."),
    "email": _("Please enter your email address."),
    "text": _("Please write your comment."),
}


class WebsiteField(TypedField, forms.URLField):
    """The address of a website, with its scheme in lower case."""

    def to_python(self, value: Any) -> str:
        scheme, separator, rest = super().to_python(value).partition("://")
        return f"{scheme.lower()}://{rest}" if separator else scheme


class CommentForm(forms.Form):
    """Name, email, website and text of a comment, with the terms that its author has seen."""

    terms = forms.CharField(required=False, widget=forms.HiddenInput)
    # Drawn by a script in the reader's browser: a submission with the same key and words is the same one. Without
    # scripts it stays empty, because the form is the same for all readers.
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    name = TypedField(
        max_length=MAX_NAME,
        label=_("Name"),
        help_text=_("Shown with your comment."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = TypedField(
        max_length=MAX_ADDRESS,
        label=_("Email"),
        help_text=_("Used for verification only. Never shown, never shared."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = WebsiteField(
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
        too_long=ngettext_lazy(
            "Your comment has %(length)s character; the limit is %(limit)s. Please shorten it.",
            "Your comment has %(length)s characters; the limit is %(limit)s. Please shorten it.",
            "count",
        ),
        strip=True,
        widget=forms.Textarea(attrs={"rows": 8, "data-limit": MAX_TEXT}),
        help_text=_("Plain text, up to 5,000 characters."),
    )
    wants_email = forms.BooleanField(
        required=False,
        label=_("Email me when it has been reviewed"),
        help_text=_("We keep your address until that email is sent."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        current: Terms | None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """Create the form for the terms in force, if the paper has any, filled in with initial values."""
        super().__init__(data, initial={**(initial or {}), "terms": current.pk if current else ""})
        self.current = current
        self.refusal: Refusal | None = None
        for name, sentence in REQUIRED.items():
            self.fields[name].error_messages["required"] = sentence

    def clean_email(self) -> str:
        """Refuse an address to which no email can be sent, and say why."""
        return clean_address(self.cleaned_data["email"])

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

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal above the form, which keeps the text."""
        self.refusal = refusal
        self.add_error(None, refusal.message)

    def submission(self, *, network: str) -> Submission:
        """Return the valid contents, with the exact text as it would be published, and the network they came from."""
        values = self.cleaned_data
        return Submission(
            Revision(**{name: values[name] for name in ("name", "website", "text")}),
            address=values["email"],
            network=network,
            **{name: values[name] for name in ("terms", "wants_email", "key")},
        )


class OwnershipForm(forms.Form):
    """For each unconfirmed comment of an address, whether the owner of the address wrote it. None is chosen before."""

    MINE, NOT_MINE = "mine", "not-mine"

    def __init__(self, data: Mapping[str, Any] | None = None, *, comments: Sequence[Comment]) -> None:
        """Create a field for each comment, which may stay empty."""
        super().__init__(data)
        self.comments = comments
        choices = [(self.MINE, _("I wrote this: submit it")), (self.NOT_MINE, _("I did not write this: delete it"))]
        for comment in comments:
            self.fields[str(comment.pk)] = forms.ChoiceField(
                choices=choices, required=False, widget=forms.RadioSelect, label=_("Is this comment yours?")
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is chosen."""
        if not any(self.cleaned_data.values()):
            raise forms.ValidationError(_("Please say for at least one comment whether you wrote it."))
        return self.cleaned_data

    def chosen(self, choice: str) -> set[int]:
        """Return the primary keys of the comments for which the form has a choice."""
        return {int(name) for name, value in self.cleaned_data.items() if value == choice}

    def rows(self) -> list[tuple[Comment, forms.BoundField]]:
        """Return each comment with its field."""
        return [(comment, self[str(comment.pk)]) for comment in self.comments]


def answers_about(comments: Sequence[Comment], data: Mapping[str, Any]) -> bool:
    """Return whether answers concern one of these comments; those in which nothing is chosen concern all there are."""
    answered = {name for name in data if name.isdecimal()}
    return bool(comments) and (not answered or any(str(comment.pk) in answered for comment in comments))


class CodeForm(forms.Form):
    """The six-digit code of the email."""

    code = forms.CharField(
        label=_("Six-digit code"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={
            "required": _("Please enter the six-digit code from our email."),
        },
    )

    refusal: Refusal | None = None

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal beside the code."""
        self.refusal = refusal
        self.add_error("code", refusal.message)

    def clean_code(self) -> str:
        """Return the digits, whatever keyboard they were typed on, without the gap."""
        code = ascii_digits(self.cleaned_data["code"])
        if not re.fullmatch("[0-9]{6}", code):
            raise forms.ValidationError(_("The code has six digits, for example 204 117."))
        return code
