"""Gradients, glows, skies and haze: where a picture gets its hour of the day."""

from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .canvas import Canvas, Point, rgb
from .noise import H, W, clouds, levels, plane

Stop = tuple[float, str]


def ramp(stops: Sequence[tuple[float, float]]) -> Image.Image:
    """Returns a mask that changes from top to bottom; stops are (y in pixels, value 0…1)."""
    column = Image.new("L", (1, H))
    for y in range(H):
        column.putpixel((0, y), round(255 * _between(stops, y)))
    return column.resize((W, H))


def sideways(stops: Sequence[tuple[float, float]]) -> Image.Image:
    """Returns a mask that changes from left to right; stops are (x in pixels, value 0…1)."""
    row = Image.new("L", (W, 1))
    for x in range(W):
        row.putpixel((x, 0), round(255 * _between(stops, x)))
    return row.resize((W, H))


def _between(stops: Sequence[tuple[float, float]], at: float) -> float:
    if at <= stops[0][0]:
        return stops[0][1]
    for (start, low), (end, high) in pairwise(stops):
        if at < end:
            return low + (high - low) * (at - start) / (end - start)
    return stops[-1][1]


def gradient(stops: Sequence[Stop]) -> Image.Image:
    """Returns colours running from top to bottom; stops are (y in pixels, colour)."""
    bands = [ramp([(y, rgb(colour)[i] / 255) for y, colour in stops]) for i in range(3)]
    return Image.merge("RGB", bands)


def spot(x: float, y: float, rx: float, ry: float | None = None, power: float = 2) -> Image.Image:
    """Returns a soft round mask, brightest at its centre and nothing at its radius."""
    ry = rx if ry is None else ry
    fall = [round(255 * max(0.0, 1 - value / 181 * 1.42) ** power) for value in range(256)]
    disc = (
        Image.radial_gradient("L")
        .point(fall)
        .resize((max(2, round(2 * rx)), max(2, round(2 * ry))), Image.Resampling.BICUBIC)
    )
    mask = Image.new("L", (W, H))
    mask.paste(disc, (round(x - rx), round(y - ry)))
    return mask


def glow(canvas: Canvas, at: Point, radius: float, colour: str, strength: float = 1) -> None:
    """Adds a light with a bright heart and a long halo."""
    canvas.shine(colour, spot(at[0], at[1], radius, power=3), strength * 0.7)
    canvas.shine(colour, spot(at[0], at[1], radius * 0.3, power=2), strength * 0.6)


def beam(
    canvas: Canvas,
    points: Sequence[Point],
    colour: str,
    strength: float,
    soft: float = 14,
    fade: Image.Image | None = None,
) -> None:
    """Adds a shaft of light with soft edges; `fade` is a mask that dims it along its way."""
    shaft = _filled(points).filter(ImageFilter.GaussianBlur(soft))
    canvas.shine(colour, ImageChops.multiply(shaft, fade) if fade else shaft, strength)


def _filled(points: Sequence[Point]) -> Image.Image:
    mask = Image.new("L", (W, H))
    ImageDraw.Draw(mask).polygon(list(points), fill=255)
    return mask


def haze(canvas: Canvas, colour: str, stops: Sequence[tuple[float, float]]) -> None:
    """Lays mist over the picture, thicker and thinner from top to bottom."""
    canvas.wash(colour, ramp(stops))


def sky(canvas: Canvas, stops: Sequence[Stop]) -> None:
    """Fills the picture with a clear sky."""
    canvas.image = gradient(stops)


def cloud_cover(seed: int, horizon: float, cell: tuple[float, float] = (700, 170)) -> Image.Image:
    """Returns the grey of a clouded sky, flatter and finer towards the horizon."""
    near = clouds(seed, cell, 7)
    far = clouds(seed + 7, (cell[0] * 0.8, cell[1] * 0.28), 6)
    return Image.composite(far, near, ramp([(horizon * 0.35, 0), (horizon, 1)]))


def cloudy(
    canvas: Canvas, cover: Image.Image, lit: str, shade: str, band: tuple[float, float], lean: float = 12
) -> None:
    """Paints clouds: bodies in the colour of their shade, edges below the light in the colour of the light."""
    body = levels(cover, *band)
    moved = cover.transform((W, H), Image.Transform.AFFINE, (1, 0, 0, 0, 1, lean))
    edge = levels(ImageChops.subtract(cover, moved, 1, 128), 132, 170)
    canvas.wash(shade, body)
    canvas.wash(lit, ImageChops.multiply(edge, body))


def ceiling(seed: int, horizon: float, lump: float = 20) -> Image.Image:
    """Returns cloud texture on a level ceiling above the horizon, in true perspective."""
    return plane(seed, H - horizon, lump).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
