"""Fills an empty newspaper with invented copy, so that everything can be tried."""
