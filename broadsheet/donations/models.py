"""The appeal for donations, in the paper's own words."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Orderable

MAX_LINKS = 3
# Between 15 signs (the shortest country's) and 34 (the longest that ISO 13616 allows).
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
# The European Payments Council's guideline 069-12: what the code may carry.
MAX_PAYLOAD = 331


def check_iban(value: str) -> None:
    """Refuses an account number whose check digits do not fit (ISO 13616, modulo 97)."""
    iban = normalised_iban(value)
    if not (_IBAN.fullmatch(iban) and int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1):
        raise ValidationError("This is no valid IBAN: its check digits do not fit. Copy it again from the account.")


def check_bic(value: str) -> None:
    """Refuses what has not the form of a BIC (ISO 9362)."""
    if not _BIC.fullmatch(value.upper()):
        raise ValidationError("This is no BIC: it has 8 or 11 letters and digits, such as ABCDDEFF or ABCDDEFF123.")


def normalised_iban(value: str) -> str:
    """The IBAN without spaces, in capitals."""
    return "".join(value.split()).upper()


@register_setting(icon="pick")
class DonationAppeal(BaseGenericSetting, ClusterableModel):
    """What stands under every article: why to give, and how."""

    shown = models.BooleanField(
        "show the appeal under articles", default=False, help_text="Switches it on and off everywhere at once."
    )
    headline = models.CharField(max_length=120, blank=True, help_text="Above the appeal: why to give.")
    text = models.TextField(blank=True, help_text="Two or three sentences in the paper's own words.")
    account_name = models.CharField("account holder", max_length=70, blank=True, help_text="As the bank knows it.")
    iban = models.CharField(
        "IBAN", max_length=42, blank=True, validators=[check_iban], help_text="Spaces do not matter."
    )
    bic = models.CharField(
        "BIC",
        max_length=11,
        blank=True,
        validators=[check_bic],
        help_text="Only needed outside the European Economic Area.",
    )
    purpose = models.CharField(max_length=140, blank=True, help_text="What the transfer says, e.g. “Donation”.")

    panels = [
        FieldPanel("shown"),
        FieldPanel("headline"),
        FieldPanel("text"),
        InlinePanel("links", heading="Links", label="Link", max_num=MAX_LINKS),
        MultiFieldPanel(
            [FieldPanel("account_name"), FieldRowPanel([FieldPanel("iban"), FieldPanel("bic")]), FieldPanel("purpose")],
            heading="Bank transfer",
        ),
    ]

    class Meta:
        verbose_name = "donation appeal"

    def __str__(self) -> str:
        return self.headline or "donation appeal"

    def clean(self) -> None:
        """Refuses an account without a holder, and words that a bank's code cannot carry."""
        super().clean()
        if self.iban and not self.account_name:
            raise ValidationError({"account_name": "A transfer needs the account holder's name."})
        if len(self.transfer_payload().encode()) > MAX_PAYLOAD:
            raise ValidationError(
                {"purpose": "Holder and purpose are too long for a bank's code. Shorten the purpose."}
            )

    def transfer_payload(self) -> str:
        """The account as the guideline wants it, version 2: the amount is left to the giver."""
        written = [self.bic, " ".join(self.account_name.split()), normalised_iban(self.iban)]
        lines = ["BCD", "002", "1", "SCT", *written, "", "", "", " ".join(self.purpose.split())]
        return "\n".join(lines).rstrip("\n")

    def save(self, *args: object, **kwargs: object) -> None:
        """Stores the account number without spaces."""
        self.iban, self.bic = normalised_iban(self.iban), self.bic.upper()
        super().save(*args, **kwargs)


class DonationLink(Orderable):
    """One way to give elsewhere."""

    appeal = ParentalKey(DonationAppeal, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60, help_text="What a reader clicks: “Monthly, by card”.")
    url = models.URLField("address", help_text="Where it leads, with https://.")

    def __str__(self) -> str:
        return self.label
