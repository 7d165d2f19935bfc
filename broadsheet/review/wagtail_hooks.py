"""The refusal in /cms/ to delete accounts that have decided comments."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from wagtail import hooks

from broadsheet.accounts.models import User
from broadsheet.review.errors import HasDecided
from broadsheet.review.rules import check_can_delete


@hooks.register("before_delete_user")
def refuse_to_delete_account(request: HttpRequest, user: User) -> HttpResponse | None:
    """Offer to take the access away from an account that has decided comments."""
    return _offered_instead(request, [user])


@hooks.register("before_bulk_action")
def refuse_to_delete_accounts(
    request: HttpRequest, action: str, objects: Sequence[Model], view: Any
) -> HttpResponse | None:
    """Do so for ticked accounts, of which none is deleted then."""
    users = [user for user in objects if isinstance(user, User)]
    return _offered_instead(request, users) if action == "delete" and users else None


def _offered_instead(request: HttpRequest, users: Sequence[User]) -> HttpResponse | None:
    try:
        check_can_delete(users)
    except HasDecided as refusal:
        # Wagtail's own action takes the access away.
        action = reverse("wagtail_bulk_action", args=[User._meta.app_label, User._meta.model_name, "set_active_state"])
        query = {"id": [user.pk for user in refusal.users], "next": reverse("wagtailusers_users:index")}
        context = {"refusal": refusal, "action": f"{action}?{urlencode(query, doseq=True)}"}
        return render(request, "review/has_decided.html", context, status=refusal.http_status)
    return None
