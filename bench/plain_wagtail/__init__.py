"""A Wagtail site as its tutorial would have it: one kind of page, Django's templates, nothing kept. To compare with."""
