"""The parts of an article that readers need and a draft may lack: asked for at publication, whatever the road."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MissingPart(NamedTuple):
    """A missing part: the field of the form that it belongs to, and a sentence that asks for it."""

    field: str
    request: str | Promise


ALT_TEXT = MissingPart("lead_alt", _("Please describe the photograph for readers who cannot see it."))
CREDIT = MissingPart("lead_image", _("This photograph has no credit. Please edit it and name the photographer."))
PICTURE_ALT = MissingPart(
    "body", _("A picture in the text has neither a caption nor an alt text. Please describe it for readers.")
)
PICTURE_CREDIT = MissingPart(
    "body", _("A picture in the text has no credit. Please edit it and name the photographer.")
)
BLOCK = MissingPart("body", _("A part of the text is not complete. Please fill it in, or remove it."))


def missing_parts(lead_image: Any, lead_alt: str, body: Any) -> list[MissingPart]:
    """Return the parts that are missing, each once, in the order of the form."""
    return list(dict.fromkeys([*_of_lead(lead_image, lead_alt), *_of_body(body)]))


def _of_lead(photo: Any, alt: str) -> Iterator[MissingPart]:
    if photo is not None:
        if not photo.credit.strip():
            yield CREDIT
        if not alt.strip():
            yield ALT_TEXT


def _of_body(body: Any) -> Iterator[MissingPart]:
    for block in body:
        if block.block_type == "picture" and block.value.get("photo"):
            if not (block.value.get("alt") or block.value.get("caption") or "").strip():
                yield PICTURE_ALT
            if not block.value["photo"].credit.strip():
                yield PICTURE_CREDIT
    try:
        body.stream_block.clean(body)
    except ValidationError:
        yield BLOCK
