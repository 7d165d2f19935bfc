"""The form of an article in /cms/, its panel of corrections, of which published ones cannot be changed, and times."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.compare import FieldComparison
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.panels import InlinePanel
from wagtail.blocks import StreamBlockValidationError
from wagtail.models import Page

from broadsheet.core.datetimes import current_style
from broadsheet.core.languages import language_choices
from broadsheet.newsroom.completeness import missing_parts
from broadsheet.newsroom.errors import PhotoUnderEmbargo

Entry = tuple[date, str]


def check_published_entries_unchanged(published: Sequence[Entry], current: Iterable[Entry]) -> None:
    """Raise ValidationError unless the current entries begin with the published ones, each with its date and text."""
    # Compared by content: Wagtail gives a page's entries new primary keys at each publication.
    remaining = iter(current)
    for entry in published:
        if next(remaining, None) != entry:
            raise ValidationError(
                _("The correction of %(day)s has been published and cannot be changed. Please add another below it."),
                params={"day": current_style().full_date(entry[0])},
            )


def entry_of(correction: Any) -> Entry:
    """Return the date and the text of a correction, with line ends as the database has them."""
    return correction.made_on, "\n".join(correction.text.split("\r\n"))  # browsers send CRLF


class AppendOnlyFormSet(BaseChildFormSet):
    """The entries of a page, of which the published ones cannot be changed, removed or moved."""

    def clean(self, *args: Any, **kwargs: Any) -> None:
        """Raise ValidationError where a published entry differs from the database."""
        super().clean(*args, **kwargs)
        if not self.instance.first_published_at or any(self.errors):
            return
        published = self.model.objects.filter(**{self.fk.name: self.instance.pk}).order_by("sort_order", "pk")
        current = [entry_of(form.instance) for form in self.ordered_forms if form not in self.deleted_forms]
        check_published_entries_unchanged([entry_of(entry) for entry in published], current)


class AppendOnlyPanel(InlinePanel):
    """An inline panel whose entries cannot be changed once they are published."""

    def get_form_options(self) -> dict[str, Any]:
        """Return the options of the form, with the append-only form set for this relation."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = AppendOnlyFormSet
        return options


def article_languages() -> list[tuple[str, Any]]:
    """Return the choices of an article's language; the blank one stands for the language of the paper."""
    return [("", _("The language of the paper")), *language_choices()]


# The values of `ArticlePage.is_update`, as the editor chooses between them.
CHANGES = [(False, _("A small change, such as a typing error")), (True, _("An update: the article says “Updated”"))]


class PageForm(WagtailAdminPageForm):
    """The form of a page, whose slug may be left empty: it is then made of the title (`fill_slug`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False


class PhotographedPageForm(PageForm):
    """The form of a page with photographs, which can be saved as a draft before their embargoes end."""

    def clean(self) -> dict[str, Any]:
        """Add an error where a page is to be published, now or on schedule, before the embargo of a photograph ends."""
        cleaned: dict[str, Any] = super().clean()
        if not self.is_deferred_validation:
            lead, body = cleaned.get("lead_image"), cleaned.get("body")
            try:
                self.instance.check_embargoes(lead, body, go_live_at=cleaned.get("go_live_at"))
            except PhotoUnderEmbargo as refusal:
                self.add_error(None, refusal.message)
        return cleaned


class ArticleForm(PhotographedPageForm):
    """The form of an article: a draft can be saved as it is; what readers need is asked for at publication."""

    filed_under = forms.ModelChoiceField(
        Page.objects.none(),
        label=pgettext_lazy("newspaper", "Section"),
        required=False,
        empty_label=None,
        help_text=_("Where readers find the article. Once it is published, “Move” files it elsewhere."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        article = kwargs.get("instance")
        if article is not None and not article.has_unpublished_changes:
            article.is_update = False  # chosen anew for each publication
        super().__init__(*args, **kwargs)
        # The date is the editor's until the first publication, the kind of change from then on.
        self.fields.pop("published_at" if self.instance.address else "is_update", None)
        if "filed_under" in self.fields:
            self._offer_sections()

    def _offer_sections(self) -> None:
        """Offer the sections until the first publication; the address of the form has the present one."""
        if self.instance.address or self.parent_page is None:
            del self.fields["filed_under"]
            return
        sections = Page.objects.filter(content_type=self.parent_page.content_type_id).order_by("path")
        field: Any = self.fields["filed_under"]
        field.queryset, field.initial = sections, self.parent_page.pk

    def clean(self) -> dict[str, Any]:
        """Add an error for each part that is missing, unless a draft is saved."""
        cleaned: dict[str, Any] = super().clean()
        if not self.is_deferred_validation and "body" in cleaned:
            parts = missing_parts(cleaned.get("lead_image"), cleaned.get("lead_alt", ""), cleaned["body"])
            in_text = [str(part.request) for part in parts if part.field == "body"]
            for part in parts:
                if part.field != "body":
                    self.add_error(part.field, part.request)
            if in_text:  # the editor of the text shows no other class of errors
                self.add_error("body", StreamBlockValidationError(non_block_errors=ErrorList(in_text)))
        return cleaned


class ArticleCopyForm(CopyForm):
    """The form that copies an article. It offers no alias: an article has one address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)


class TimeComparison(FieldComparison):
    """A time in the comparison of two versions, as the paper writes it; Wagtail would show UTC."""

    val_a: Any  # Wagtail publishes no types
    val_b: Any

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        style = current_style()
        self.val_a, self.val_b = (value and style.date_and_time(value) for value in (self.val_a, self.val_b))
