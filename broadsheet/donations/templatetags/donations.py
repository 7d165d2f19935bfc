"""The appeal in templates."""

from django import template

from broadsheet.donations.keys import APPEAL
from broadsheet.donations.models import DonationAppeal
from broadsheet.donations.transfer import transfer_code
from broadsheet.pagecache.fragments import depends_on

register = template.Library()


@register.inclusion_tag("donations/appeal.html", takes_context=True)
def donation_appeal(context: template.Context) -> dict[str, object]:
    """Show the appeal, with a transfer code where there is an account; show no element while it is switched off."""
    depends_on(APPEAL)
    appeal = DonationAppeal.load(request_or_site=context.get("request"))
    return {"appeal": appeal, "transfer_code": transfer_code(appeal) if appeal.shown and appeal.iban else None}


@register.filter
def in_fours(iban: str) -> str:
    """Return an account number in groups of four characters."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
