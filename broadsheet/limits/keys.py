"""The network of a request, and the mailbox of an address, for which limits are counted."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from broadsheet.core.secrets import keyed_digest

PREFIXES = {4: 24, 6: 56}  # bits: about what one office or one customer of a provider has
UNKNOWN = IPv4Address(0)

# What large providers ignore before the @. Elsewhere each of these makes another mailbox.
IGNORED = {"gmail.com": ".", "proton.me": "._-", "yandex.ru": ".-"}
# Domains under which a provider delivers to the same mailboxes.
ALIASES = {
    "googlemail.com": "gmail.com",
    **dict.fromkeys(("protonmail.com", "protonmail.ch", "pm.me"), "proton.me"),
    **dict.fromkeys(("me.com", "mac.com"), "icloud.com"),
    **dict.fromkeys(("ya.ru", "yandex.com", "yandex.by", "yandex.kz", "narod.ru"), "yandex.ru"),
}
TAGGED = "+"  # at the end of the digest of an address with a tag

Address = IPv4Address | IPv6Address


def network_of(request: HttpRequest) -> str:
    """Return the network that a request comes from, such as "203.0.113.0/24".

    X-Forwarded-For is read from the right, as far as the proxies in the setting TRUSTED_PROXIES have written it.
    Entries that a client has written are ignored.
    """
    address = _client_address(request)
    return str(ip_network(f"{address}/{PREFIXES[address.version]}", strict=False))


def mailbox_of(address: str) -> str:
    """Return an email address in lower case, without what providers ignore: quotes, "+tag", at some dots, too.

    Two people may have the same result, so it never identifies a person.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    domain = domain.rstrip(".")
    domain = ALIASES.get(domain, domain)
    local = local.replace('"', "")
    local = local.partition("+")[0] or local
    kept = local.translate(dict.fromkeys(map(ord, IGNORED.get(domain, ""))))
    return f"{kept or local}@{domain}"


def mailbox_digest(address: str) -> str:
    """Return a keyed digest of an address's mailbox, by which a limit is counted and no person is recognised.

    It ends with "+" if the address has a tag: not every server delivers that to the mailbox without it.
    """
    has_tag = "+" in address.strip()[1:].rpartition("@")[0]
    return keyed_digest("mailbox", mailbox_of(address)) + TAGGED * has_tag


def _client_address(request: HttpRequest) -> Address:
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    claims = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while claims and any(address in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES):
        claimed = _parsed(claims.pop())
        if claimed == UNKNOWN:
            break
        address = claimed
    return address


def _parsed(written: str) -> Address:
    try:
        address = ip_address(written.strip().partition("%")[0])
    except ValueError:
        return UNKNOWN
    return getattr(address, "ipv4_mapped", None) or address
