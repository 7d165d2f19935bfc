"""The desk: the pages on which staff read the queue and press the keys. It has no rules of its own."""
