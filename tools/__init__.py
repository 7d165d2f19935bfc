"""The workshop: what builds, checks and measures the paper; nothing of it is shipped."""
