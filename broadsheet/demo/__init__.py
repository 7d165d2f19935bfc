"""The demo paper: invented articles, comments and accounts, with an outbox in place of a mail server."""
