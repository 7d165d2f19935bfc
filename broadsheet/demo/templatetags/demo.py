"""Tags of the demo's strip; the library exists only where the demo is installed."""

from django import template

from broadsheet.demo.sign_ins import SIGN_IN_WORDS, SIGN_INS, SignIn

register = template.Library()


@register.simple_tag
def sign_ins() -> tuple[SignIn, ...]:
    """Return the accounts of the demo."""
    return SIGN_INS


@register.simple_tag
def sign_in_words() -> str:
    """Return the password of all accounts."""
    return SIGN_IN_WORDS
