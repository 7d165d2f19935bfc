"""The errors of filling a paper with the demo."""


class CopyFault(Exception):
    """The copy has a mistake; the message names the file and the mistake."""


class NotEmpty(Exception):
    """The paper has articles already; the demo fills only an empty one."""
