"""Limits on sign-ins, comments and emails: one table of rates, and the use of each so far."""
