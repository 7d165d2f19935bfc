"""What the demo's strip needs; the library is there only where the demo is."""

from django import template

from broadsheet.demo.sign_ins import SIGN_IN_WORDS, SIGN_INS, SignIn

register = template.Library()


@register.simple_tag
def sign_ins() -> tuple[SignIn, ...]:
    """The demo's accounts."""
    return SIGN_INS


@register.simple_tag
def sign_in_words() -> str:
    """The one password of them all."""
    return SIGN_IN_WORDS
