"""The appeal for donations and the ways to give; knows nothing of comments."""
