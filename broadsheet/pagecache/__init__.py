"""⑥ Bakes public pages and purges them by surrogate key, on every node and in the caches in front of them."""
