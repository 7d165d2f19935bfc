"""Articles and comments come in from, and go out to, other publishing systems."""
