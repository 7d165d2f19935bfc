"""The easel: layers of cut-out shapes, laid one over the other with blur, texture and edge light."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from .noise import H, W, calmed, clouds

FINE = 2
Point = tuple[float, float]
Points = Sequence[Point]


def rgb(colour: str) -> tuple[int, int, int]:
    """Returns the three channels of a `#rrggbb` colour."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue


def mix(first: str, second: str, share: float) -> str:
    """Returns the colour `share` of the way from the first to the second."""
    share = min(1.0, max(0.0, share))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(rgb(first), rgb(second), strict=True))


def smooth(points: Points, closed: bool = True, steps: int = 8) -> list[Point]:
    """Returns a Catmull-Rom curve through the points."""
    count = len(points)

    def picked(i: int) -> Point:
        return points[i % count] if closed else points[min(max(i, 0), count - 1)]

    curve: list[Point] = []
    for i in range(count if closed else count - 1):
        a, b, c, d = picked(i - 1), picked(i), picked(i + 1), picked(i + 2)
        curve += [
            (_spline(a[0], b[0], c[0], d[0], s / steps), _spline(a[1], b[1], c[1], d[1], s / steps))
            for s in range(steps)
        ]
    return curve if closed else [*curve, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


class Layer:
    """A sheet of flat shapes, drawn finer than the picture so that their edges are soft."""

    def __init__(self) -> None:
        """Starts empty."""
        self.image = Image.new("RGBA", (W * FINE, H * FINE))
        self.pen = ImageDraw.Draw(self.image)

    def poly(self, points: Points, colour: str) -> None:
        """Fills a polygon."""
        self.pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=colour)

    def curve(self, points: Points, colour: str) -> None:
        """Fills a rounded shape through the points."""
        self.poly(smooth(points), colour)

    def line(self, points: Points, width: float, colour: str) -> None:
        """Draws a line with round joints."""
        fine = [(x * FINE, y * FINE) for x, y in points]
        self.pen.line(fine, fill=colour, width=max(1, round(width * FINE)), joint="curve")

    def thread(self, points: Points, width: float, colour: str) -> None:
        """Draws a rounded line through the points."""
        self.line(smooth(points, closed=False), width, colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        """Fills an ellipse about its centre."""
        self.pen.ellipse([(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE], fill=colour)

    def ring(self, x: float, y: float, rx: float, ry: float, width: float, colour: str) -> None:
        """Draws the outline of an ellipse."""
        box = [(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE]
        self.pen.ellipse(box, outline=colour, width=max(1, round(width * FINE)))

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """Fills an upright rectangle; the edges may come in either order."""
        xs, ys = sorted((left, right)), sorted((top, bottom))
        self.pen.rectangle([xs[0] * FINE, ys[0] * FINE, xs[1] * FINE, ys[1] * FINE], fill=colour)

    def cut(self) -> Cut:
        """Returns the sheet at the size of the picture."""
        return Cut(self.image.convert("RGBa").reduce(FINE).convert("RGBA"))


class Cut:
    """A finished sheet, which can be textured, lit, bent and blurred before it is laid down."""

    def __init__(self, image: Image.Image) -> None:
        """Takes an RGBA image of the picture's size."""
        self.image = image

    @property
    def shape(self) -> Image.Image:
        """The mask of what is drawn."""
        return self.image.getchannel("A")

    def _with(self, colours: Image.Image) -> Cut:
        colours = colours.convert("RGB")
        colours.putalpha(self.shape)
        return Cut(colours)

    def mottled(self, seed: int, amount: float = 0.5, cell: tuple[float, float] = (60, 60), octaves: int = 5) -> Cut:
        """Gives the surface a grain of light and dark."""
        texture = calmed(clouds(seed, cell, octaves), amount)
        return self._with(ImageChops.overlay(self.image.convert("RGB"), Image.merge("RGB", [texture] * 3)))

    def rim(self, dx: float, dy: float, colour: str, strength: float = 0.8, soft: float = 1.5) -> Cut:
        """Lights the edges that look towards (-dx, -dy)."""
        moved = self.shape.transform((W, H), Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy))
        edge = ImageChops.subtract(self.shape, moved.filter(ImageFilter.GaussianBlur(soft)))
        lit = Image.composite(
            Image.new("RGB", (W, H), colour), self.image.convert("RGB"), edge.point(lambda v: v * strength)
        )
        return self._with(lit)

    def tinted(self, colour: str, mask: Image.Image, strength: float = 1) -> Cut:
        """Washes part of the sheet with a colour."""
        part = mask.point(lambda v: v * strength)
        return self._with(Image.composite(Image.new("RGB", (W, H), colour), self.image.convert("RGB"), part))

    def wobbled(self, seed: int, amount: float = 2, cell: int = 24) -> Cut:
        """Bends straight edges a little, as a hand would."""
        return Cut(wobble(self.image, seed, amount, cell))

    def blurred(self, radius: float) -> Cut:
        """Takes the sheet out of focus."""
        return Cut(self.image.convert("RGBa").filter(ImageFilter.GaussianBlur(radius)).convert("RGBA"))

    def swept(self, length: float) -> Cut:
        """Smears the sheet sideways, as a slow shutter does."""
        blur = ImageFilter.GaussianBlur((length, 0.6))
        return Cut(self.image.convert("RGBa").filter(blur).convert("RGBA"))

    def faint(self, share: float) -> Cut:
        """Makes the sheet translucent."""
        image = self.image.copy()
        image.putalpha(self.shape.point(lambda v: v * share))
        return Cut(image)

    def through(self, mask: Image.Image) -> Cut:
        """Keeps the sheet only where the mask is."""
        image = self.image.copy()
        image.putalpha(ImageChops.multiply(self.shape, mask))
        return Cut(image)


def wobble(image: Image.Image, seed: int, amount: float, cell: int) -> Image.Image:
    """Displaces an image by smooth noise of up to `amount` pixels."""
    across, down = W // cell, H // cell
    fields = [clouds(seed + i, (3, 3), 2, (across + 1, down + 1)).tobytes() for i in (0, 1)]

    def moved(i: int, j: int) -> tuple[float, float]:
        at = j * (across + 1) + i
        # Nothing reaches beyond the frame, or the picture would come away from its edges.
        dx = (fields[0][at] - 128) * amount / 90 if 0 < i < across else 0
        dy = (fields[1][at] - 128) * amount / 90 if 0 < j < down else 0
        return min(max(i * cell + dx, 0), W - 1), min(max(j * cell + dy, 0), H - 1)

    mesh = []
    for j in range(down):
        for i in range(across):
            corners = (*moved(i, j), *moved(i, j + 1), *moved(i + 1, j + 1), *moved(i + 1, j))
            mesh.append(((i * cell, j * cell, (i + 1) * cell, (j + 1) * cell), corners))
    return image.transform((W, H), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


class Canvas:
    """The picture as it grows, from the furthest thing to the nearest."""

    def __init__(self, colour: str = "#000000") -> None:
        """Starts with one colour all over."""
        self.image = Image.new("RGB", (W, H), colour)

    def lay(self, cut: Cut) -> None:
        """Lays a sheet over the picture."""
        self.image.paste(cut.image.convert("RGB"), (0, 0), cut.shape)

    def wash(self, colour: str, mask: Image.Image, strength: float = 1) -> None:
        """Paints a colour through a mask."""
        self.image.paste(Image.new("RGB", (W, H), colour), (0, 0), mask.point(lambda v: v * strength))

    def paste(self, picture: Image.Image, mask: Image.Image) -> None:
        """Paints another picture through a mask."""
        self.image.paste(picture, (0, 0), mask)

    def shine(self, colour: str, mask: Image.Image, strength: float = 1) -> None:
        """Adds light through a mask; it brightens and never darkens."""
        light = Image.composite(
            Image.new("RGB", (W, H), colour), Image.new("RGB", (W, H)), mask.point(lambda v: v * strength)
        )
        self.image = ImageChops.screen(self.image, light)

    def darken(self, colour: str, mask: Image.Image, strength: float = 1) -> None:
        """Lays a shadow through a mask; it never brightens."""
        shade = Image.composite(
            Image.new("RGB", (W, H), colour), Image.new("RGB", (W, H), "white"), mask.point(lambda v: v * strength)
        )
        self.image = ImageChops.multiply(self.image, shade)

    def texture(self, grey: Image.Image, amount: float, mask: Image.Image | None = None) -> None:
        """Gives the picture, or part of it, a grain of light and dark."""
        rough = ImageChops.overlay(self.image, Image.merge("RGB", [calmed(grey, amount)] * 3))
        self.image.paste(rough, (0, 0), mask)

    def soften(self, radius: float, mask: Image.Image | None = None) -> None:
        """Takes the picture, or part of it, out of focus."""
        self.image.paste(self.image.filter(ImageFilter.GaussianBlur(radius)), (0, 0), mask)
