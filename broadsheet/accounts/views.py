"""Signing in, and the page on which staff change their password. Reviewers have no access to Wagtail's own."""

from typing import Any, cast

from django.contrib.auth.views import LoginView, PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from broadsheet.accounts.models import User
from broadsheet.accounts.rules import check_may_sign_in


def workplace(user: Any) -> str:
    """Return the address where a person works: the pages for editing, or the desk."""
    return "/cms/" if user.has_perm("wagtailadmin.access_admin") else "/desk/"


class SignInView(LoginView):
    """The form for staff, which leads to the page that was asked for, or to their place of work."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Return the address of the place of work."""
        return workplace(self.request.user)


class PasswordView(SuccessMessageMixin, PasswordChangeView):
    """The form with the old and the new password; other devices are signed out."""

    template_name = "accounts/password.html"
    success_message = _("Your password has been changed. On other devices you have to sign in again.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change the password. The old one counts as an attempt to sign in; raises TooManyRequests."""
        check_may_sign_in(request, cast("User", request.user).email)
        return super().post(request, *args, **kwargs)

    def get_success_url(self) -> str:
        """Return the address of the place of work."""
        return workplace(self.request.user)
