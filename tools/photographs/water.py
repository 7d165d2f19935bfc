"""Water: the picture above it turned over, broken by ripples and darkened towards the viewer."""

from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Cut
from .light import ramp
from .noise import H, W, levels, plane


def mirrored(image: Image.Image, waterline: float, squeeze: float) -> Image.Image:
    """Returns the image reflected in the waterline, its heights multiplied by 1/`squeeze`."""
    turned = (1, 0, 0, 0, -squeeze, waterline * (1 + squeeze))
    padded = image.transform((W, H), Image.Transform.AFFINE, turned, Image.Resampling.BILINEAR)
    top = image.crop((0, 0, W, 1)).resize((W, H)).filter(ImageFilter.GaussianBlur(20))
    reach = waterline + waterline / squeeze - 3
    padded.paste(top, (0, 0), ramp([(reach - 2, 0), (reach - 1, 1)]))
    return padded


def flood(
    canvas: Canvas, waterline: float, deep: str, seed: int, rough: float = 1, clear: float = 0.8, lump: float = 2
) -> None:
    """Turns everything below the waterline into water.

    `rough` 0 is a mirror, 1 a harbour, 2 a breeze; `clear` is the share of the reflection that survives far off.
    """
    still = canvas.image.filter(ImageFilter.GaussianBlur((0.6 + rough, 1 + 5 * rough)))
    surface = mirrored(still, waterline, 1)
    for step, spread in enumerate((0.72, 1.5)):
        ripple = plane(seed + step * 11, waterline, lump, 2.4)
        broken = mirrored(still, waterline, 1 + (spread - 1) * rough)
        surface.paste(broken, (0, 0), levels(ripple, 150 - 12 * rough, 190))
    swell = levels(plane(seed + 40, waterline, lump * 1.3, 2.4), 120, 205)
    depth = ramp([(waterline, 1 - clear), (H, min(1, 1.35 - clear))])
    surface.paste(Image.new("RGB", (W, H), deep), (0, 0), depth)
    surface.paste(
        Image.new("RGB", (W, H), deep),
        (0, 0),
        ImageChops.multiply(swell, ramp([(waterline, 0), (H, 0.3 + 0.3 * rough)])),
    )
    canvas.paste(surface, ramp([(waterline - 1, 0), (waterline + 1, 1)]))


def sparkle(
    canvas: Canvas,
    waterline: float,
    mask: Image.Image,
    colour: str,
    seed: int,
    strength: float = 0.8,
    lump: float = 1.2,
) -> None:
    """Scatters glints of light on the water, inside the mask."""
    glints = levels(plane(seed, waterline, lump, 3), 158, 190)
    below = ramp([(waterline, 0), (waterline + 3, 1)])
    canvas.shine(colour, ImageChops.multiply(ImageChops.multiply(glints, mask), below), strength)


def afloat(canvas: Canvas, cut: Cut, waterline: float, seed: int, strength: float = 0.8, drop: float = 1) -> None:
    """Lays a vessel on the water together with its own broken reflection."""
    turned = (1, 0, 0, 0, -1 / drop, waterline * (1 + 1 / drop))
    below = Cut(cut.image.transform((W, H), Image.Transform.AFFINE, turned, Image.Resampling.BILINEAR)).blurred(2.2)
    ripple = levels(plane(seed, waterline - 160, 1.2, 3), 175, 120)
    fade = ramp([(waterline - 1, 0), (waterline, strength), (waterline + 420, strength * 0.25)])
    canvas.lay(below.wobbled(seed, 13, 12).through(ImageChops.multiply(ripple, fade)))
    canvas.lay(cut)
