"""People, trees, boats and hills: the things that more than one picture needs."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .canvas import Layer, Point, mix
from .noise import H, W, clouds


@dataclass(frozen=True)
class Camera:
    """Where the photographer stands: turns metres into places in the picture."""

    horizon: float
    centre: float = W / 2
    focal: float = 1400
    eye: float = 1.6

    def at(self, x: float, y: float, z: float) -> Point:
        """Returns where a point x to the right, y above the ground and z ahead is seen."""
        return self.centre + self.focal * x / z, self.horizon - self.focal * (y - self.eye) / z

    def size(self, z: float) -> float:
        """Returns how many pixels a metre takes at that distance."""
        return self.focal / z

    def floor(self, left: float, right: float, near: float, far: float, y: float = 0) -> list[Point]:
        """Returns a rectangle lying level."""
        return [self.at(left, y, near), self.at(right, y, near), self.at(right, y, far), self.at(left, y, far)]

    def wall(self, x: float, bottom: float, top: float, near: float, far: float) -> list[Point]:
        """Returns a rectangle standing along the line of sight."""
        return [self.at(x, bottom, near), self.at(x, top, near), self.at(x, top, far), self.at(x, bottom, far)]

    def front(self, left: float, right: float, bottom: float, top: float, z: float) -> list[Point]:
        """Returns a rectangle standing across the line of sight."""
        return [self.at(left, bottom, z), self.at(right, bottom, z), self.at(right, top, z), self.at(left, top, z)]


def ridge(
    layer: Layer, seed: int, base: float, height: float, colour: str, lump: float = 300, bottom: float = H
) -> None:
    """Draws a line of hills that stands on `base` and fills everything down to `bottom`."""
    line = (
        clouds(seed, (lump, 1), 6, (W // 6 + 1, 1), 0.45)
        if lump < 1
        else clouds(seed, (lump / 6, 1), 6, (W // 6 + 1, 3), 0.45)
    )
    heights = line.tobytes()[: W // 6 + 1]
    points = [(i * 6.0, base - height * (value - 60) / 130) for i, value in enumerate(heights)]
    layer.poly([(0, bottom), *points, (W, bottom)], colour)


@dataclass(frozen=True)
class Clothes:
    """What a person in a picture wears; `hem` is how far above the ground the coat ends, in heights."""

    coat: str
    legs: str
    skin: str = "#a98770"
    hat: str | None = None
    hem: float = 0.44
    bag: str | None = None
    hair: str = "#2f2620"


def person(
    layer: Layer, at: Point, height: float, wears: Clothes, stride: float = 0.05, swing: float = 0.05, lean: float = 0
) -> None:
    """Draws somebody standing or walking, seen from some way off; `at` is the ground between the feet."""

    def spot(x: float, y: float) -> Point:
        return at[0] + (x + lean * y) * height, at[1] - y * height

    for side in (-1, 1):
        foot, rise = side * (0.022 + stride), 0.025 if side < 0 else 0.0
        cloth = mix(wears.legs, "#000000", 0.16 + 0.16 * side)
        leg = [
            (side * 0.012 - 0.05, 0.5),
            (side * 0.012 + 0.05, 0.5),
            (foot * 0.7 + 0.04, 0.27),
            (foot + 0.026, 0.03 + rise),
            (foot - 0.026, 0.03 + rise),
            (foot * 0.7 - 0.036, 0.27),
        ]
        layer.curve([spot(x + side * 0.03 * (y > 0.4), y) for x, y in leg], cloth)
        layer.oval(*spot(foot + 0.01, 0.014 + rise), 0.036 * height, 0.017 * height, mix(wears.legs, "#000000", 0.6))
        elbow, hand = spot(side * (0.118 + swing * 0.4), 0.63), spot(side * (0.09 + swing) + 0.015, 0.48)
        layer.oval(*hand, 0.02 * height, 0.026 * height, wears.skin)
        layer.thread(
            [spot(side * 0.088, 0.785), elbow, hand], 0.046 * height, mix(wears.coat, "#000000", 0.24 + 0.1 * side)
        )
    if wears.bag:
        layer.curve([spot(0.1, 0.5), spot(0.17, 0.5), spot(0.19, 0.36), spot(0.08, 0.36)], wears.bag)
    _coat(layer, spot, wears)
    layer.poly(
        [spot(-0.024, 0.88), spot(0.024, 0.88), spot(0.034, 0.81), spot(-0.034, 0.81)], mix(wears.skin, "#000000", 0.3)
    )
    layer.oval(*spot(0, 0.925), 0.043 * height, 0.061 * height, wears.skin)
    _headgear(layer, spot(0, 0.955), height, wears)


def _coat(layer: Layer, spot: Callable[[float, float], Point], wears: Clothes) -> None:
    hem = wears.hem
    flare = 0.086 + (0.46 - hem) * 0.13
    body = [
        (-0.055, 0.835),
        (0.055, 0.835),
        (0.1, 0.79),
        (0.082, 0.64),
        (flare, hem),
        (0, hem - 0.012),
        (-flare, hem),
        (-0.082, 0.64),
        (-0.1, 0.79),
    ]
    layer.curve([spot(x, y) for x, y in body], wears.coat)
    shade = [(0.03, 0.82), (0.1, 0.79), (0.082, 0.64), (flare, hem), (0.03, hem - 0.01), (0.045, 0.62)]
    layer.curve([spot(x, y) for x, y in shade], mix(wears.coat, "#000000", 0.22))
    layer.poly([spot(-0.028, 0.838), spot(0.028, 0.838), spot(0.004, 0.72)], mix(wears.coat, "#e6ded0", 0.4))
    layer.line([spot(0.004, 0.73), spot(0.002, hem)], 1.3, mix(wears.coat, "#000000", 0.4))


def _headgear(layer: Layer, at: Point, height: float, wears: Clothes) -> None:
    if wears.hat is None:
        x, y = at
        crown = [
            (-0.047, -0.035),
            (-0.05, 0.008),
            (-0.028, 0.042),
            (0.01, 0.046),
            (0.042, 0.03),
            (0.049, -0.012),
            (0.036, -0.02),
            (0.03, 0.008),
            (-0.026, 0.012),
            (-0.034, -0.03),
        ]
        layer.curve([(x + a * height, y - b * height) for a, b in crown], wears.hair)
        return
    layer.oval(at[0], at[1] - 0.004 * height, 0.05 * height, 0.036 * height, wears.hat)
    layer.oval(
        at[0] + 0.016 * height, at[1] + 0.014 * height, 0.056 * height, 0.009 * height, mix(wears.hat, "#000000", 0.3)
    )


def tree(
    layer: Layer, seed: int, at: Point, height: float, dark: str, lit: str, spread: float = 0.36, sun: float = -1
) -> None:
    """Draws a broad tree in leaf; `sun` is -1 when the light comes from the left, 1 from the right."""
    luck = Random(seed)
    x, y = at
    bark = mix(dark, "#1a1410", 0.6)
    layer.poly(
        [
            (x - height * 0.03, y),
            (x + height * 0.03, y),
            (x + height * 0.012, y - height * 0.5),
            (x - height * 0.012, y - height * 0.5),
        ],
        bark,
    )
    clumps = [(luck.gauss(0, 0.42) * spread, 0.62 + luck.gauss(0, 0.15), luck.uniform(0.07, 0.15)) for _ in range(16)]
    leaves = 4 + int(height / 60)
    for depth in range(14):
        for cx, cy, r in clumps:
            for _ in range(leaves):
                dx, dy = luck.gauss(0, r * 0.55), luck.gauss(0, r * 0.5)
                light = 0.5 + (dy * 2.2 + sun * dx * 2.2) / r * 0.22 + (cy - 0.62) * 0.9
                tone = mix(dark, lit, min(1, max(0, light * (depth / 13) + luck.uniform(-0.12, 0.1))))
                size = min(height, 150 + height * 0.3) * luck.uniform(0.008, 0.026) * (1.3 - depth / 20)
                layer.oval(x + (cx + dx) * height, y - (cy + dy) * height, size, size * 0.8, tone)


def bare_tree(layer: Layer, luck: Random, at: Point, length: float, lean: float, width: float, colour: str) -> None:
    """Draws a tree in winter, branch upon branch; `lean` is in pixels sideways per pixel up."""
    if length < 7:
        return
    end = (at[0] + lean * length, at[1] - length * max(0.25, 1 - abs(lean) * 0.4))
    layer.line([at, end], width, colour)
    for turn in (-1, 1, luck.uniform(-0.5, 0.5)):
        bare_tree(
            layer,
            luck,
            end,
            length * luck.uniform(0.6, 0.78),
            lean * 0.7 + turn * luck.uniform(0.25, 0.62),
            width * 0.66,
            colour,
        )


def gull(layer: Layer, at: Point, span: float, colour: str, tilt: float = 0) -> None:
    """Draws a gull on the wing."""
    x, y = at
    left, right = (x - span, y - span * (0.3 - tilt)), (x + span, y - span * (0.3 + tilt))
    layer.thread(
        [left, (x - span * 0.45, y - span * 0.36), (x, y), (x + span * 0.45, y - span * 0.36), right],
        span * 0.1,
        colour,
    )
    layer.oval(x, y, span * 0.2, span * 0.09, colour)


def windows(
    layer: Layer,
    box: tuple[float, float, float, float],
    grid: tuple[int, int],
    colours: list[str],
    seed: int,
    fill: tuple[float, float] = (0.5, 0.6),
) -> None:
    """Draws rows of windows in a front; grid is (columns, rows), fill their share of its width and height."""
    luck = Random(seed)
    left, top, right, bottom = box
    wide, high = (right - left) / grid[0], (bottom - top) / grid[1]
    for column in range(grid[0]):
        for row in range(grid[1]):
            x, y = left + wide * (column + 0.5), top + high * (row + 0.5)
            layer.box(
                x - wide * fill[0] / 2,
                y - high * fill[1] / 2,
                x + wide * fill[0] / 2,
                y + high * fill[1] / 2,
                luck.choice(colours),
            )


@dataclass(frozen=True)
class Paintwork:
    """The colours of a boat."""

    hull: str
    band: str
    cabin: str
    keel: str = "#3a1f1b"


def trawler(layer: Layer, at: Point, length: float, paint: Paintwork, flip: bool = False) -> None:
    """Draws a small fishing boat from the side; `at` is amidships on the waterline."""
    sign = -1 if flip else 1

    def spot(x: float, y: float) -> Point:
        return at[0] + sign * x * length, at[1] - y * length

    dark = mix(paint.cabin, "#000000", 0.75)
    for x, top in ((0.02, 0.62), (-0.4, 0.42)):
        layer.line([spot(x, 0.1), spot(x, top)], length * 0.014, dark)
    layer.line([spot(0.02, 0.2), spot(-0.3, 0.5)], length * 0.009, dark)
    for start, end in (
        ((0.02, 0.61), (0.5, 0.19)),
        ((0.02, 0.6), (-0.4, 0.4)),
        ((-0.4, 0.4), (-0.49, 0.13)),
        ((-0.3, 0.5), (-0.3, 0.16)),
    ):
        layer.line([spot(*start), spot(*end)], 1.4, dark)
    sheer = [(-0.5, 0.13), (-0.25, 0.1), (0.1, 0.11), (0.35, 0.155), (0.53, 0.215)]
    layer.poly(
        [spot(0.12, 0.1), spot(0.12, 0.3), spot(0.15, 0.33), spot(0.36, 0.33), spot(0.38, 0.3), spot(0.34, 0.13)],
        paint.cabin,
    )
    layer.box(*spot(0.1, 0.345), *spot(0.4, 0.325), dark)
    for x in (0.15, 0.215, 0.28):
        layer.box(*spot(x, 0.295), *spot(x + 0.048, 0.235), "#20282c")
    hull = [*[spot(x, y) for x, y in sheer], spot(0.46, 0.08), spot(0.4, -0.03), spot(-0.45, -0.03), spot(-0.49, 0.05)]
    layer.poly(hull, paint.hull)
    layer.poly([spot(-0.47, 0.0), spot(0.415, 0.0), spot(0.4, -0.03), spot(-0.45, -0.03)], paint.keel)
    layer.thread([spot(x, y - 0.008) for x, y in sheer], length * 0.017, paint.band)
    for x in (-0.3, -0.1, 0.1):
        layer.oval(*spot(x, 0.055), length * 0.016, length * 0.026, "#1a1a1c")
