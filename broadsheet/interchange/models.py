"""What has come in from elsewhere, and what it has become here: the memory that makes an import repeatable."""

from django.db import models


class SourceKind(models.TextChoices):
    """What a thing was where it came from."""

    AUTHOR = "author", "Author"
    CATEGORY = "category", "Category"
    TAG = "tag", "Tag"
    POST = "post", "Post"
    PAGE = "page", "Page"
    PICTURE = "picture", "Picture"
    COMMENT = "comment", "Comment"


class Source(models.Model):
    """One site that articles came from, known by its address."""

    address = models.CharField(max_length=255, unique=True, help_text="Without scheme, www and last slash.")
    title = models.CharField(max_length=255, blank=True)
    indexed_to = models.BigIntegerField(default=0, help_text="The last counterpart that search and references know.")

    def __str__(self) -> str:
        return self.address or self.title


class Counterpart(models.Model):
    """One thing of a source and what it has become. Written in the transaction that writes the thing itself."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="counterparts")
    kind = models.CharField(max_length=8, choices=SourceKind.choices)
    key = models.CharField(max_length=255, help_text="What the source calls it: a number, a login, a slug, a path.")
    target = models.BigIntegerField(help_text="The number of what it has become.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "key"], name="counterpart_comes_in_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} → {self.target}"
