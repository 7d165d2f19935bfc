"""Tasks that run after the response, so that its time gives no account away."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_tasks import task

from broadsheet.accounts.models import User
from broadsheet.core.secrets import decrypt
from broadsheet.limits.states import Limit
from broadsheet.mail import actions as mail


@task()
def send_password_reset(sealed_address: str, language: str) -> None:
    """Send an email with a link for a new password, if the address belongs to an account with a password."""
    user = User.objects.filter(email=decrypt(sealed_address).lower(), is_active=True).first()
    if user is not None and user.has_usable_password():
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        path = reverse("wagtailadmin_password_reset_confirm", args=[uid, default_token_generator.make_token(user)])
        host = settings.BASE_URL.partition("://")[2]
        context = {"link": f"{settings.BASE_URL}{path}", "host": host}
        # Beyond the limit, the emails that have been sent to this account still have a link that works.
        to = mail.Recipient(user.email, Limit.RESET_EMAILS_MAILBOX)
        mail.send_template(purpose="password-reset", to=to, language=language, context=context, sender=host)
