"""The limits of sign-ins and of requests for a new password, and the rule for passwords that Django does not have."""

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from broadsheet.limits.actions import take
from broadsheet.limits.keys import mailbox_of, network_of
from broadsheet.limits.states import Limit


def check_may_sign_in(request: HttpRequest, address: str) -> None:
    """Count an attempt; raises TooManyRequests.

    Each network has a limit of its own for an account, so that attempts from elsewhere do not lock out its owner.
    """
    network = network_of(request)
    take((Limit.SIGN_IN_NETWORK, network), (Limit.SIGN_IN_ACCOUNT, f"{mailbox_of(address)} {network}"))


def check_may_reset(request: HttpRequest, address: str) -> None:
    """Count a request for a new password, even for an address without an account; raises TooManyRequests.

    For each network apart, too. How many emails an account gets from all of them together is limited when they leave.
    """
    network = network_of(request)
    take((Limit.RESET_NETWORK, network), (Limit.RESET_ACCOUNT, f"{mailbox_of(address)} {network}"))


class DifferentPasswordValidator:
    """Refuses the password that the account has already: it may be known to somebody else."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError for the current password of the account."""
        if user is not None and user.check_password(password):
            raise ValidationError(
                _("This is the password that you have now. Please choose a new one."), code="password_unchanged"
            )

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("Your new password must differ from the one that you have now.")
