"""The `broadsheet` command: it creates, serves, bakes and checks a paper, and passes on to Django's own commands."""
