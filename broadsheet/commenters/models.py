"""Commenters, recognised by a keyed digest of their email address."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.commenters.states import Standing
from broadsheet.core.secrets import keyed_digest


class CommenterQuerySet(models.QuerySet["Commenter"]):
    """Commenters, found by the keyed digest of an address."""

    def get_or_create_for(self, address: str) -> "Commenter":
        """Return the commenter who has an address, created where there is none; the row keeps a digest of the address.

        The insertion is a single statement, which also locks the row of a known commenter: an attempt with a look-up
        after its failure would cost a savepoint, and a line in PostgreSQL's log.
        """
        commenter = self.model(digest=address_digest(address))
        self.bulk_create([commenter], update_conflicts=True, update_fields=["digest"], unique_fields=["digest"])
        return self.get(pk=commenter.pk)


class Commenter(models.Model):
    """A reader who comments. The same digest is the same person; the address itself is not stored here."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.NEW)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CommenterQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("commenter"), _("commenters")

    def __str__(self) -> str:
        return f"commenter {self.pk} ({self.standing})"


def address_digest(address: str) -> str:
    """Return the keyed digest of an address, regardless of case and outer space. It is useless without the key."""
    return keyed_digest("commenter-address", address.strip().casefold())
