"""The darkroom: bloom, tone, vignette, grain, and the file."""

from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas
from .light import spot
from .noise import H, W, calmed, levels, static

LARGEST = 258_000


def developed(canvas: Canvas, seed: int, grain: float = 0.045, bloom: float = 0.35, edge: float = 0.25) -> Image.Image:
    """Returns the picture as a photograph of itself."""
    image = _bloomed(canvas.image, bloom)
    image = _vignetted(image, edge)
    return _grained(image, seed, grain)


def _bloomed(image: Image.Image, amount: float) -> Image.Image:
    bright = levels(image.convert("L"), 150, 250)
    light = Image.composite(image, Image.new("RGB", (W, H)), bright).reduce(4).filter(ImageFilter.GaussianBlur(9))
    wide = light.resize((W, H), Image.Resampling.BICUBIC)
    return ImageChops.screen(image, wide.point(lambda v: v * amount))


def _vignetted(image: Image.Image, amount: float) -> Image.Image:
    corners = ImageChops.invert(spot(W / 2, H / 2, W * 0.86, H * 0.96, power=0.9))
    shade = levels(corners, 90, 300, 255).point(lambda v: 255 - v * amount)
    return ImageChops.multiply(image, Image.merge("RGB", [shade] * 3))


def _grained(image: Image.Image, seed: int, amount: float) -> Image.Image:
    fine = static((W, H), seed + 900).filter(ImageFilter.GaussianBlur(0.8))
    coarse = (
        static((W // 2, H // 2), seed + 901)
        .resize((W, H), Image.Resampling.BICUBIC)
        .filter(ImageFilter.GaussianBlur(1.2))
    )
    grey = calmed(Image.blend(fine, coarse, 0.4), amount * 5)
    return ImageChops.soft_light(image, Image.merge("RGB", [grey] * 3))


def save(image: Image.Image, path: Path) -> None:
    """Writes a progressive JPEG without metadata, as good as fits the size allowed."""
    for quality in (82, 80, 77, 74, 70, 66, 62, 58, 54):
        image.save(path, "JPEG", quality=quality, progressive=True, optimize=True, subsampling="4:2:0")
        if path.stat().st_size <= LARGEST:
            return
    raise ValueError(f"{path.name} stays larger than {LARGEST} bytes; give the picture less grain or fewer fine lines.")
