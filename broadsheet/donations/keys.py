"""The surrogate key of the appeal."""

APPEAL = "appeal"
