"""Commenters, recognised by a keyed digest of their email address."""

from django.db import models

from broadsheet.commenters.states import Standing
from broadsheet.core.insertions import Insertion
from broadsheet.core.questions import Question
from broadsheet.core.secrets import keyed_digest


class CommenterQuerySet(models.QuerySet["Commenter"]):
    """Commenters, found by what can be recognised of their address."""

    def behind(self, address: str) -> "Commenter | None":
        """The commenter who has this address, if one is known, among all there are."""
        found = _BEHIND.rows(address_digest(address), most=1)
        return self.model.from_db(self.db, _COLUMNS, found[0]) if found else None

    def remember(self, address: str) -> "Commenter":
        """Creates the commenter behind an address, or finds whom somebody else has just created; keeps a keyed digest.

        One statement: to try, and to look where that fails, would take a savepoint and a line in PostgreSQL's log.
        """
        return _REMEMBERED.store(self.model(digest=address_digest(address)))


class Commenter(models.Model):
    """Somebody who comments: the same digest is the same person. The address itself is not here."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.NEW)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CommenterQuerySet.as_manager()

    def __str__(self) -> str:
        return f"commenter {self.pk} ({self.get_standing_display()})"


_COLUMNS = [field.attname for field in Commenter._meta.concrete_fields]
_BEHIND = Question(
    lambda digest: Commenter.objects.filter(digest=digest).values_list(*_COLUMNS), nobody="nobody's digest"
)
_REMEMBERED = Insertion(Commenter, once="digest")


def address_digest(address: str) -> str:
    """Recognises an address however it is capitalised or padded; tells nothing of it without the key."""
    return keyed_digest("commenter-address", address.strip().casefold())
