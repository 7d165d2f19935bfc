"""The appeal for donations, in the paper's own words."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Orderable

MAX_LINKS = 3
# From 15 characters, the shortest of a country, to 34, the limit of ISO 13616.
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
# The size in bytes that the European Payments Council's guideline EPC069-12 allows.
MAX_PAYLOAD = 331


def check_iban(value: str) -> None:
    """Raise ValidationError for an account number with wrong check digits (ISO 13616, modulo 97)."""
    iban = normalised_iban(value)
    if not (_IBAN.fullmatch(iban) and int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1):
        raise ValidationError(_("This IBAN is not valid. Please copy it from your account again."))


def check_bic(value: str) -> None:
    """Raise ValidationError for a value that is not in the format of a BIC (ISO 9362)."""
    if not _BIC.fullmatch(value.upper()):
        raise ValidationError(
            _("This BIC is not valid. A BIC has 8 or 11 letters and digits, such as ABCDDEFF or ABCDDEFF123.")
        )


def normalised_iban(value: str) -> str:
    """Return the IBAN without spaces, in capitals."""
    return "".join(value.split()).upper()


@register_setting(icon="pick")
class DonationAppeal(BaseGenericSetting, ClusterableModel):
    """The appeal below every article: the reason for a donation, and the ways to give."""

    shown = models.BooleanField(
        _("show the appeal below articles"), default=False, help_text=_("Shows or hides it below all articles at once.")
    )
    headline = models.CharField(
        _("headline"), max_length=120, blank=True, help_text=_("Above the appeal: the reason to give.")
    )
    text = models.TextField(_("text"), blank=True, help_text=_("Two or three sentences in the paper’s own words."))
    account_name = models.CharField(
        _("account holder"), max_length=70, blank=True, help_text=_("The name in which the account is held.")
    )
    iban = models.CharField(
        _("IBAN"), max_length=42, blank=True, validators=[check_iban], help_text=_("With or without spaces.")
    )
    bic = models.CharField(
        _("BIC"),
        max_length=11,
        blank=True,
        validators=[check_bic],
        help_text=_("Only needed outside the European Economic Area."),
    )
    purpose = models.CharField(
        _("purpose"), max_length=140, blank=True, help_text=_("The reference of the transfer, for example “Donation”.")
    )

    panels = [
        FieldPanel("shown"),
        FieldPanel("headline"),
        FieldPanel("text"),
        InlinePanel("links", heading=_("Links"), label=_("Link"), max_num=MAX_LINKS),
        MultiFieldPanel(
            [FieldPanel("account_name"), FieldRowPanel([FieldPanel("iban"), FieldPanel("bic")]), FieldPanel("purpose")],
            heading=_("Bank transfer"),
        ),
    ]

    class Meta:
        verbose_name = _("donation appeal")

    def __str__(self) -> str:
        return self.headline or str(self._meta.verbose_name)

    def clean(self) -> None:
        """Raise ValidationError for an account without a holder, and for texts too long for the code."""
        super().clean()
        if self.iban and not self.account_name:
            raise ValidationError({"account_name": _("Please enter the account holder.")})
        if len(self.transfer_payload().encode()) > MAX_PAYLOAD:
            raise ValidationError(
                {"purpose": _("Account holder and purpose are too long for the code. Please shorten the purpose.")}
            )

    def transfer_payload(self) -> str:
        """Return the content of the code in version 2 of the guideline, without an amount."""
        account = [self.bic, " ".join(self.account_name.split()), normalised_iban(self.iban)]
        lines = ["BCD", "002", "1", "SCT", *account, "", "", "", " ".join(self.purpose.split())]
        return "\n".join(lines).rstrip("\n")

    def save(self, *args: object, **kwargs: object) -> None:
        """Store the account number without spaces, and it and the BIC in capitals."""
        self.iban, self.bic = normalised_iban(self.iban), self.bic.upper()
        super().save(*args, **kwargs)


class DonationLink(Orderable):
    """A link to another way to give."""

    appeal = ParentalKey(DonationAppeal, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(_("label"), max_length=60, help_text=_("For example “Monthly, by card”."))
    url = models.URLField(_("address"), help_text=_("A full web address that begins with https://."))

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.label
