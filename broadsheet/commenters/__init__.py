"""Commenters, recognised by a keyed digest of their email address, and their standing with the paper."""
