"""The outbox: emails are stored in the caller's transaction and handed to the mail server after its commit."""
