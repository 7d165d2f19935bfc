"""An image of the first letter of a name, for a paper that has not uploaded a logo."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

SIZE = 512  # pixels; search engines want 112 at least, on white
_LETTER = 400
_INK, _ACCENT, _WHITE = "#1b1a17", "#8f1d14", "#ffffff"
_NO_LETTER = "\U0010ffff"  # no font has this character


@lru_cache(maxsize=4)
def initial_image(name: str) -> bytes:
    """Return a square PNG with the first letter of a name on white; a drawn sheet for one that the font lacks."""
    picture = Image.new("RGB", (SIZE, SIZE), _WHITE)
    draw = ImageDraw.Draw(picture)
    letter = next(filter(str.isalnum, name.removeprefix("The ")), "").upper()
    font = _font()
    if letter and font.getmask(letter).getbbox() and bytes(font.getmask(letter)) != bytes(font.getmask(_NO_LETTER)):
        draw.text((SIZE / 2, SIZE / 2), letter, fill=_INK, font=font, anchor="mm")
    else:
        _draw_sheet(draw)
    out = BytesIO()
    picture.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _font() -> ImageFont.FreeTypeFont:
    folder = Path(settings.STATICFILES_DIRS[0]) / "fonts"
    return ImageFont.truetype(str(folder / "newsreader-display.woff2"), _LETTER)


def _draw_sheet(draw: ImageDraw.ImageDraw) -> None:
    """Draw icons/paper.svg, of 32 units, with its lines of text and its picture."""
    unit = SIZE // 32
    draw.rectangle([3 * unit, 2 * unit, 29 * unit, 30 * unit], outline=_INK, width=2 * unit)
    draw.rectangle([6 * unit, 6 * unit, 26 * unit, 10 * unit], fill=_INK)
    for line in (14, 18, 22, 26):
        draw.rectangle([6 * unit, line * unit, 15 * unit, line * unit + unit], fill=_INK)
    draw.rectangle([17 * unit, 14 * unit, 26 * unit, 23 * unit], fill=_ACCENT)
