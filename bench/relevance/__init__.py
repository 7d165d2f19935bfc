"""Judged queries, and what is measured of the search inside a paper."""
