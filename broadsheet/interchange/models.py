"""The import log: which records of a source have been imported, and as which objects."""

from django.db import models


class SourceKind(models.TextChoices):
    """The kind of a logged record, and so the model of the object made from it."""

    AUTHOR = "author", "Author"
    SECTION = "section", "Section"
    TAG = "tag", "Tag"
    ARTICLE = "article", "Article"
    PAGE = "page", "Page"
    PICTURE = "picture", "Picture"
    COMMENT = "comment", "Comment"


class Source(models.Model):
    """A site from which articles were imported, identified by its address."""

    address = models.CharField(max_length=255, unique=True, help_text="Without scheme, www and final slash.")
    title = models.CharField(max_length=255, blank=True)
    indexed_to = models.BigIntegerField(
        default=0, help_text="The last counterpart that the search and reference indexes include."
    )

    def __str__(self) -> str:
        return self.address or self.title


class Counterpart(models.Model):
    """A record of a source and the object made from it; saved in the transaction that saves the object."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="counterparts")
    kind = models.CharField(max_length=8, choices=SourceKind.choices)
    key = models.CharField(max_length=255, help_text="The identifier in the source: an id, a login, a slug or a path.")
    target = models.BigIntegerField(help_text="The primary key of the object.")
    left_out = models.JSONField(
        null=True, help_text="The pictures that an article or page still lacks. Null: not known, or of another kind."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "key"], name="counterpart_comes_in_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} → {self.target}"


class OldAddress(models.Model):
    """An address of a source, and the records to which it led.

    The objects are found through the import log when a reader asks, so that the address follows them wherever they go.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="old_addresses")
    scheme = models.CharField(max_length=10, help_text="The way in which the address names its content.")
    key = models.CharField(max_length=255, help_text="A slug, an id, or a path, as the address has it.")
    targets = models.JSONField(help_text="Kinds and keys of records in the import log, the best first.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "scheme", "key"], name="old_address_is_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.key}"
