"""The appeal for donations below each article, with links and a bank transfer code."""
