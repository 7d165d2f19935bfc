"""Puts what was read from an export into the paper, through the rooms that own the tables."""
