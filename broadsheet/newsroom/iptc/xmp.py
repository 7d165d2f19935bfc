"""XMP: the properties of a picture as RDF in XML, from whoever wrote the file."""

from collections.abc import Iterator

from lxml import etree

MAX_PACKET = 1_000_000  # bytes
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://prismstandard.org/namespaces/basic/2.0/": "prism",
    "http://prismstandard.org/namespaces/basic/2.1/": "prism",
    "http://prismstandard.org/namespaces/prismusagerights/2.1/": "pur",
}
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
Properties = dict[str, list[str]]


def read_xmp(packet: bytes) -> Properties:
    """Return the texts of the properties that the paper uses, each by its name with the usual prefix.

    The first text of a property in several languages is the default one. A packet that is damaged is read as far as
    possible. One that is larger than MAX_PACKET or declares entities is left unread.
    """
    if len(packet) > MAX_PACKET or any(word in packet.replace(b"\0", b"") for word in _DECLARATIONS):
        return {}
    # Programs pad packets with blanks and NUL.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    properties: Properties = {}
    try:
        root = etree.fromstring(packet.strip(b" \r\n\t\0"), parser)
        for name, texts in _properties(root) if root is not None else ():
            properties.setdefault(name, texts)
    except (etree.XMLSyntaxError, ValueError):  # also a text that is no Unicode
        return {}
    return properties


def _properties(root: etree._Element) -> Iterator[tuple[str, list[str]]]:
    for block in root.iter(f"{_RDF}RDF"):
        for description in block.iterchildren(f"{_RDF}Description"):
            for key, value in description.attrib.items():
                if name := _name_of(str(key)):
                    yield name, [str(value)]
            for element in description.iterchildren("{*}*"):
                if name := _name_of(str(element.tag)):
                    yield name, _texts(element)


def _name_of(tag: str) -> str | None:
    namespace, _, local = tag.removeprefix("{").partition("}")
    return f"{_PREFIXES[namespace]}:{local}" if namespace in _PREFIXES else None


def _texts(element: etree._Element) -> list[str]:
    """Return the texts of a simple property, of a list, or of the alternatives for languages with the default first."""
    items = list(element.iter(f"{_RDF}li"))
    items.sort(key=lambda item: item.get(_LANGUAGE) != "x-default" and item.get(_LANGUAGE) is not None)
    return ["".join(str(text) for text in item.itertext()) for item in items or [element]]
