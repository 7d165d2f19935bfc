"""Emails, written down in the transaction that asks for them and handed over after it commits."""
