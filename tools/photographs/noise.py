"""Seeded texture: clouds, ripples, grain. Everything irregular in a picture comes from here, so it repeats exactly."""

import random
from typing import Any, cast

from PIL import Image, ImageMath

W, H = 1800, 1200


def static(size: tuple[int, int], seed: int) -> Image.Image:
    """Returns white noise, one grey value per pixel."""
    return Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))


def _added(total: Image.Image, octave: Image.Image, weight: float) -> Image.Image:
    def formula(names: dict[str, Any]) -> Any:
        return names["total"] + (names["octave"] - 128.0) * weight

    return cast("Image.Image", ImageMath.lambda_eval(formula, total=total, octave=octave))


def clouds(
    seed: int,
    cell: tuple[float, float] = (500, 300),
    octaves: int = 6,
    size: tuple[int, int] = (W, H),
    gain: float = 0.55,
) -> Image.Image:
    """Returns fractal noise around middle grey; `cell` is the size in pixels of its largest lumps."""
    total, weight, power = Image.new("F", size), 1.0, 0.0
    for octave in range(octaves):
        grid = (max(2, round(size[0] / cell[0])) + 2, max(2, round(size[1] / cell[1])) + 2)
        if grid[0] > size[0] and grid[1] > size[1]:
            break
        lumps = static((min(grid[0], size[0]), min(grid[1], size[1])), seed + octave * 101)
        total = _added(total, lumps.convert("F").resize(size, Image.Resampling.BICUBIC), weight)
        power += weight * weight
        weight, cell = weight * gain, (cell[0] / 2, cell[1] / 2)
    return total.point(lambda value: value * (0.9 / power**0.5) + 128).convert("L")


def levels(mask: Image.Image, low: float, high: float, top: float = 255) -> Image.Image:
    """Stretches `low`…`high` to nothing…`top` with soft shoulders; `low` above `high` inverts."""

    def shoulder(value: int) -> int:
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return round(share * share * (3 - 2 * share) * top)

    return mask.point([shoulder(value) for value in range(256)])


def calmed(mask: Image.Image, amount: float) -> Image.Image:
    """Keeps `amount` of the contrast of a texture, around middle grey."""
    return mask.point([round(128 + (value - 128) * amount) for value in range(256)])


def plane(seed: int, horizon: float, lump: float = 2, stretch: float = 1, reach: float = 20000) -> Image.Image:
    """Returns texture lying on a level plane that vanishes at `horizon`: ground, water, or a ceiling if it is below.

    A lump is about 25 times `lump` pixels deep at the foot of the picture and smaller further off.
    """
    texture = clouds(seed, (lump * 2 * stretch, lump * 2), 3, (2600, 2200))
    top = horizon - 2
    # u = 1300 + a(x - W/2)/(y - top), v = reach/(y - top): the denominator is scaled so that its constant term is 1.
    a = reach / 1500
    k = -top
    coefficients = (a / k, 1300 / k, (-1300 * top - a * W / 2) / k, 0, 0, reach / k, 0, 1 / k)
    return texture.transform((W, H), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=128)
