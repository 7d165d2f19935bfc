"""Email addresses to which the paper can really send, checked before any is stored (ADR 9)."""

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_ADDRESS, MAX_LOCAL_PART = 254, 64  # octets, RFC 5321
ATOM_SIGNS = frozenset("!#$%&'*+-/=?^_`{|}~")  # of RFC 5322, beside letters and digits
LETTERS = ("L", "M", "N")  # Unicode categories that RFC 6532 adds, without the invisible ones it also allows
INVISIBLE = ("C", "Z")
TOP_LEVEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")

NOT_AN_ADDRESS = _("Please enter a full email address, such as ida@example.org.")
HAS_INVISIBLE = _("This address contains a space or an invisible character. Please type it again.")
IS_QUOTED = _(
    "We cannot send to an address with quotation marks, brackets or a backslash before the @. "
    "Please use another address."
)
IS_LITERAL = _("We cannot send to an address without a domain name. Please use one such as ida@example.org.")
IS_TOO_LONG = _(
    "This address is too long: 64 characters may stand before the @, and 254 in all. Please use another one."
)


def clean_address(text: str) -> str:
    """Return an address with its domain in ASCII, as mail servers know it; raise ValidationError with the reason.

    The part before the @ stays as it was typed, except that its letters are composed: only its own server knows more.
    """
    address = unicodedata.normalize("NFC", text.strip())
    local_part, at, domain = address.rpartition("@")
    if not (at and local_part and domain):
        raise ValidationError(NOT_AN_ADDRESS, code="invalid")
    if any(unicodedata.category(sign).startswith(INVISIBLE) for sign in address):
        raise ValidationError(HAS_INVISIBLE, code="invalid")
    _check_local_part(local_part)
    cleaned = f"{local_part}@{_ascii_domain(domain)}"
    if len(cleaned.encode()) > MAX_ADDRESS:
        raise ValidationError(IS_TOO_LONG, code="invalid")
    return cleaned


def _check_local_part(local_part: str) -> None:
    if any(sign in local_part for sign in '"\\()<>[]'):
        raise ValidationError(IS_QUOTED, code="invalid")
    if not all(atom and all(map(_is_atom_sign, atom)) for atom in local_part.split(".")):
        raise ValidationError(NOT_AN_ADDRESS, code="invalid")
    if len(local_part.encode()) > MAX_LOCAL_PART:
        raise ValidationError(IS_TOO_LONG, code="invalid")


def _is_atom_sign(sign: str) -> bool:
    if sign.isascii():
        return sign.isalnum() or sign in ATOM_SIGNS
    return unicodedata.category(sign).startswith(LETTERS)


def _ascii_domain(domain: str) -> str:
    if domain.startswith("["):
        raise ValidationError(IS_LITERAL, code="invalid")
    try:
        ascii_domain = idna.encode(domain, uts46=True, std3_rules=True).decode()
    except UnicodeError:  # the base class of idna's own
        raise ValidationError(NOT_AN_ADDRESS, code="invalid") from None
    labels = ascii_domain.split(".")
    if len(labels) == 1:
        raise ValidationError(IS_LITERAL, code="invalid")
    if not TOP_LEVEL.fullmatch(labels[-1]):
        raise ValidationError(NOT_AN_ADDRESS, code="invalid")
    return ascii_domain
