"""The form with which members of staff ask for a new password."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.admin.forms.auth import PasswordResetForm as WagtailPasswordResetForm

from broadsheet.accounts.rules import check_may_reset
from broadsheet.accounts.tasks import send_password_reset
from broadsheet.core.secrets import encrypt


class PasswordResetForm(WagtailPasswordResetForm):
    """Does the same work for every address; the worker looks up the account."""

    def save(self, *, request: HttpRequest, **options: Any) -> None:
        """Request the email; raises TooManyRequests."""
        address = self.cleaned_data["email"]
        check_may_reset(request, address)
        send_password_reset.enqueue(encrypt(address), get_language())
