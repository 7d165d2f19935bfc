"""What can be wrong with the demo's copy, or with the paper it is to fill."""


class CopyFault(Exception):
    """The copy cannot be printed as it stands; the message names the file, what is wrong and what would be right."""


class NotEmpty(Exception):
    """The paper has articles of its own, which the demo leaves alone."""
