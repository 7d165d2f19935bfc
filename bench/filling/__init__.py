"""Papers of any size, made of invented words, for the bench."""
