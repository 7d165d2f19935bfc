"""A database backend for SQLite in which writers wait in a queue, instead of polling SQLite's lock (ADR 6)."""
