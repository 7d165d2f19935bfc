"""Full-text search: the index and its queries, and the highlighting of results."""
