"""Houses, lamps and shop fronts."""

from dataclasses import dataclass, replace
from random import Random

from .canvas import Layer, Point, mix
from .figures import Camera
from .noise import W

BRICK = ("#b7a08c", "#a8a59a", "#94a0a0", "#bfb39c", "#9c8478", "#c2beb2")


@dataclass(frozen=True)
class Row:
    """A terrace seen square on: where it stands and how large its houses are."""

    base: float
    wide: tuple[float, float] = (90, 150)
    high: tuple[float, float] = (130, 215)
    walls: tuple[str, ...] = BRICK
    roof: str = "#6c6a69"
    glass: tuple[str, ...] = ("#4d5558", "#5c6466", "#424a4e")
    frame: str = "#dad6ca"


def terrace(layer: Layer, row: Row, seed: int) -> None:
    """Draws a terrace across the whole picture."""
    luck, x = Random(seed), -20.0
    while x < W:
        wide, high = luck.uniform(*row.wide), luck.uniform(*row.high)
        _house(layer, row, luck, (x, wide, high))
        x += wide


def _house(layer: Layer, row: Row, luck: Random, size: tuple[float, float, float]) -> None:
    x, wide, high = size
    top, unit = row.base - high, wide / 120
    layer.box(x, top, x + wide, row.base, luck.choice(row.walls))
    pitch = luck.choice(((0.2, 0.8), (0.5, 0.5), (0.12, 0.88)))
    peak = top - (38 if pitch[0] < 0.5 else 62) * unit
    layer.box(x + wide * 0.72, peak - 18 * unit, x + wide * 0.86, top, mix(row.roof, "#8a6a58", 0.5))
    layer.poly([(x - 4, top), (x + wide * pitch[0], peak), (x + wide * pitch[1], peak), (x + wide + 4, top)], row.roof)
    for level in range(int(high // (60 * unit))):
        for share in (0.2, 0.48, 0.76):
            left, sill = x + wide * share - 9 * unit, top + (14 + level * 58) * unit
            layer.box(left - 2 * unit, sill - 2 * unit, left + 20 * unit, sill + 32 * unit, row.frame)
            layer.box(left, sill, left + 18 * unit, sill + 30 * unit, luck.choice(row.glass))
            layer.line([(left + 9 * unit, sill), (left + 9 * unit, sill + 30 * unit)], 1.5 * unit, row.frame)


@dataclass(frozen=True)
class Mirror(Camera):
    """A camera that sees the reflection in level water instead of the thing."""

    level: float = 0

    def at(self, x: float, y: float, z: float) -> Point:
        """Returns where the mirrored point is seen."""
        return super().at(x, 2 * self.level - y, z)


def mirrored(view: Camera, level: float) -> Mirror:
    """Returns the camera for the reflection in water that stands `level` metres high."""
    return Mirror(view.horizon, view.centre, view.focal, view.eye, level)


@dataclass(frozen=True)
class Facade:
    """One house in a street seen along its length."""

    wall: str
    roof: str
    door: str
    lit: bool = False
    high: float = 6.2


def along(
    layer: Layer, view: Camera, x: float, spans: list[tuple[float, float]], looks: list[Facade], mist: str
) -> None:
    """Draws a street of houses on one side, the furthest first; `mist` is the colour distance turns into."""
    pairs = list(zip(spans, looks, strict=True))
    for (near, far), look in sorted(pairs, key=lambda pair: -pair[0][0]):
        _facade(layer, view, x, (near, far), _misted(look, mist, min(0.85, near / 75)))


def _misted(look: Facade, mist: str, share: float) -> Facade:
    return replace(
        look, wall=mix(look.wall, mist, share), roof=mix(look.roof, mist, share), door=mix(look.door, mist, share)
    )


def _facade(layer: Layer, view: Camera, x: float, span: tuple[float, float], look: Facade) -> None:
    near, far = span
    deep, out = far - near, 1 if x > 0 else -1
    roof = [
        view.at(x - out * 0.2, look.high, near),
        view.at(x + out * 3, look.high + 2.4, near),
        view.at(x + out * 3, look.high + 2.4, far),
        view.at(x - out * 0.2, look.high, far),
    ]
    for share in (0.25, 0.85):
        stack = near + deep * share
        layer.poly(
            view.front(x + out * 3, x + out * 3.7, look.high + 1.5, look.high + 3.6, stack),
            mix(look.roof, look.wall, 0.5),
        )
    layer.poly(roof, look.roof)
    layer.poly(view.wall(x, -1, look.high, near, far), look.wall)
    layer.poly(view.wall(x, look.high - 0.12, look.high + 0.05, near, far), mix(look.roof, "#000000", 0.3))
    pale, glass = mix(look.wall, "#f0ece0", 0.6), "#ffcf85" if look.lit else mix(look.wall, "#252d33", 0.75)
    for bottom, top in ((1.0, 2.5), (3.7, 5.1)):
        for share in (0.14, 0.44) if bottom < 2 else (0.14, 0.44, 0.74):
            start = near + deep * share
            layer.poly(view.wall(x, bottom - 0.1, top + 0.1, start - 0.08, start + deep * 0.17 + 0.08), pale)
            layer.poly(view.wall(x, bottom, top, start, start + deep * 0.17), glass)
            layer.poly(
                view.wall(x, (bottom + top) / 2 - 0.03, (bottom + top) / 2 + 0.03, start, start + deep * 0.17), pale
            )
    door = near + deep * 0.73
    layer.poly(view.wall(x, -1, 2.45, door - 0.12, door + deep * 0.17 + 0.12), pale)
    layer.poly(view.wall(x, -1, 2.3, door, door + deep * 0.17), look.door)


def lamp_post(layer: Layer, foot: Point, height: float, colour: str, glass: str) -> Point:
    """Draws an old street lamp and returns where its light is."""
    x, y = foot
    layer.poly(
        [
            (x - height * 0.022, y),
            (x + height * 0.022, y),
            (x + height * 0.009, y - height * 0.84),
            (x - height * 0.009, y - height * 0.84),
        ],
        colour,
    )
    layer.box(x - height * 0.03, y - height * 0.07, x + height * 0.03, y, colour)
    layer.line([(x - height * 0.06, y - height * 0.8), (x + height * 0.06, y - height * 0.8)], height * 0.01, colour)
    layer.poly(
        [
            (x - height * 0.028, y - height * 0.84),
            (x + height * 0.028, y - height * 0.84),
            (x + height * 0.046, y - height * 0.94),
            (x - height * 0.046, y - height * 0.94),
        ],
        glass,
    )
    layer.poly(
        [(x - height * 0.055, y - height * 0.94), (x + height * 0.055, y - height * 0.94), (x, y - height)], colour
    )
    return x, y - height * 0.89
