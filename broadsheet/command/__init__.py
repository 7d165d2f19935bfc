"""The `broadsheet` command: makes a paper, serves it, looks whether it is well, and opens the door to the rest."""
