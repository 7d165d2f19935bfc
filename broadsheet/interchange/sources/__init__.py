"""The systems that articles and comments come from, a package for each; each yields the records of `records.py`."""
