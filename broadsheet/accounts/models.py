"""Staff, who sign in with their e-mail address, and commenters, who are recognised by a digest of theirs."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models

from broadsheet.accounts.states import Standing
from broadsheet.core.insertions import Insertion
from broadsheet.core.questions import Question
from broadsheet.core.secrets import keyed_digest


class UserManager(BaseUserManager["User"]):
    """Creates staff accounts by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Creates an account; without a password nobody can sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Creates an account that may do everything."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Finds the account, however the address is capitalised."""
        return self.get(email=(username or "").lower())


class User(AbstractUser):
    """Somebody of the paper's staff."""

    username = None  # type: ignore[assignment]  # people sign in with their address
    email = models.EmailField("e-mail address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


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
