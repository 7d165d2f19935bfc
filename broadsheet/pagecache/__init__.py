"""⑥ Bakes public pages and purges them by surrogate keys; knows paths and keys, no model of any other room."""
