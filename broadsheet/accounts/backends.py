"""The authentication backend: address and password, within the limits."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from broadsheet.accounts.models import User
from broadsheet.accounts.rules import check_may_sign_in


class LimitedBackend(ModelBackend):
    """Django's own backend, behind the limits of an account and of a network. Right passwords count as well."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return the account; None for a wrong address or password.

        Raises TooManyRequests, before the password costs processor time.
        """
        if request is not None and username and password is not None:
            check_may_sign_in(request, username)
        found: User | None = super().authenticate(request, username=username, password=password, **kwargs)
        return found
