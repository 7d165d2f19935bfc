"""Finding articles by their words: the index that is asked, and what is shown of what was found."""
