"""Under a roof: the theatre and the reading room."""

from math import cos, pi, sin
from random import Random

from PIL import Image

from .canvas import Canvas, Layer, Point, mix
from .figures import Camera
from .finish import developed
from .light import beam, glow, gradient, ramp, spot
from .noise import H, W, clouds, levels


def theatre_interior() -> Image.Image:
    """The curtain of the Harbour Theatre, from the last row of the stalls."""
    canvas = Canvas("#140c0c")
    canvas.image = gradient([(0, "#1d1211"), (600, "#2a1815"), (H, "#0a0707")])
    _boxes(canvas)
    _proscenium(canvas)
    _curtain(canvas)
    canvas.darken("#1a0a0a", ramp([(120, 0.9), (420, 0.15), (700, 0)]), 0.7)
    for x in (620, 900, 1180):
        canvas.shine("#ffcf8a", spot(x, 800, 330, 420, 1.6), 0.4)
    beam(canvas, [(90, -20), (180, -20), (980, 830), (660, 830)], "#ffdfa8", 0.13, 24)
    beam(canvas, [(1710, -20), (1620, -20), (820, 830), (1140, 830)], "#ffdfa8", 0.13, 24)
    _seats(canvas)
    canvas.shine("#c98f5a", levels(clouds(5, (500, 400), 4), 120, 240), 0.12)
    return developed(canvas, 11, bloom=0.5, edge=0.5)


def _proscenium(canvas: Canvas) -> None:
    layer, gold = Layer(), "#8f6a35"
    layer.box(330, 90, 1470, 860, gold)
    layer.curve([(330, 120), (620, 40), (900, 14), (1180, 40), (1470, 120), (1470, 200), (330, 200)], gold)
    for inset, tone in ((14, "#5c3d1e"), (26, "#b58a48"), (40, "#4a2f18")):
        layer.box(330 + inset, 110 + inset, 1470 - inset, 860, tone)
    for y in range(150, 850, 46):
        for x in (337, 1463):
            layer.oval(x, y, 8, 15, "#d9b468")
    layer.oval(900, 78, 74, 52, "#6b4a22")
    layer.oval(900, 78, 58, 40, "#a57e40")
    for turn in range(9):
        angle = pi * (turn / 8)
        layer.line([(900, 92), (900 - cos(angle) * 48, 92 - sin(angle) * 42)], 4, "#ecd08c")
    layer.box(250, 850, 1550, 905, "#3a2315")
    layer.box(250, 850, 1550, 860, "#b58450")
    canvas.lay(layer.cut().mottled(4, 0.7, (24, 24)).rim(0, 4, "#ffdf9e", 0.3, 3))


def _curtain(canvas: Canvas) -> None:
    layer, luck, x = Layer(), Random(3), 378.0
    while x < 1422:
        wide = luck.uniform(38, 66)
        for strip in range(int(wide)):
            share = strip / wide
            fold = 0.5 + 0.5 * sin(share * 2 * pi - 0.8) * 0.9
            tone = mix("#2c0709", "#b3282a", fold**1.3 * (0.72 + 0.28 * luck.random() ** 0.3))
            sag = 14 * sin(share * pi)
            layer.box(x + strip, 150, x + strip + 1.2, 838 + sag * 0.6, tone)
        x += wide
    canvas.lay(layer.cut().mottled(9, 0.3, (20, 260)).wobbled(6, 9, 40))
    trim = Layer()
    trim.box(380, 806, 1420, 822, "#c79b4e")
    for x in range(384, 1420, 7):
        trim.line([(x, 822), (x, 846)], 3, "#a87c38")
    for swag in range(6):
        left = 372 + swag * 176
        depth = [
            (left, 140),
            (left + 176, 140),
            (left + 168, 190),
            (left + 130, 262),
            (left + 88, 282),
            (left + 46, 262),
            (left + 8, 190),
        ]
        trim.curve(depth, "#7a1719")
        for ply in range(4):
            trim.thread(
                [
                    (left + 6, 165 + ply * 8),
                    (left + 50, 215 + ply * 18),
                    (left + 88, 226 + ply * 19),
                    (left + 126, 215 + ply * 18),
                    (left + 170, 165 + ply * 8),
                ],
                6,
                mix("#7a1719", "#2c0709", 0.2 + ply * 0.2),
            )
        trim.thread(
            [(left + 2, 185), (left + 46, 266), (left + 88, 284), (left + 130, 266), (left + 174, 185)], 9, "#c79b4e"
        )
    canvas.lay(trim.cut().mottled(2, 0.4, (30, 30)).wobbled(3, 2))


def _boxes(canvas: Canvas) -> None:
    layer, lamps = Layer(), []
    for side in (-1, 1):
        for tier, y in enumerate((250, 470, 690)):
            for step in range(2):
                x = 900 + side * (660 + step * 190)
                wide, high = 96 + step * 34, 60 + step * 18
                y_here = y + step * (tier - 1) * 50
                layer.box(x - wide, y_here - 120, x + wide, y_here + high, "#1c0e0d")
                layer.curve(
                    [
                        (x - wide, y_here),
                        (x, y_here + 12),
                        (x + wide, y_here),
                        (x + wide * 0.94, y_here + high),
                        (x, y_here + high + 18),
                        (x - wide * 0.94, y_here + high),
                    ],
                    "#7d5a34",
                )
                layer.thread([(x - wide, y_here), (x, y_here + 12), (x + wide, y_here)], 9, "#7a1f20")
                lamps.append((x - side * wide * 0.98, y_here - 14))
                for gem in range(-2, 3):
                    layer.oval(x + gem * wide * 0.36, y_here + high * 0.55 + 10, 11, 14, "#a98247")
    canvas.lay(layer.cut().mottled(6, 0.5, (30, 30)).wobbled(2, 2).blurred(1.4))
    for at in lamps:
        glow(canvas, at, 110, "#ffc37a", 0.9)


def _seats(canvas: Canvas) -> None:
    luck = Random(9)
    for row in range(8):
        layer = Layer()
        share = row / 7
        y, wide = 905 + 300 * share**1.4, 58 + 130 * share
        count = int(W / wide) + 3
        for seat in range(count):
            x = (seat - count / 2 + (row % 2) * 0.5) * wide + W / 2
            sag = ((x - 900) / 900) ** 2 * -26 * (1 - share * 0.4)
            half, top = wide * 0.44, y + sag
            layer.curve(
                [
                    (x - half, top + wide),
                    (x - half, top + wide * 0.12),
                    (x - half * 0.5, top),
                    (x + half * 0.5, top),
                    (x + half, top + wide * 0.12),
                    (x + half, top + wide),
                ],
                mix("#551416", "#1c0709", share),
            )
            if luck.random() < 0.24 and row < 7:
                _spectator(layer, (x, top), wide, luck)
        cut = (
            layer.cut().rim(0, 3 + 3 * share, "#e0915a", 0.75 - 0.3 * share, 2 + share * 2).mottled(row, 0.4, (30, 30))
        )
        canvas.lay(cut.blurred(0.6 + share * 6))


def _spectator(layer: Layer, at: Point, wide: float, luck: Random) -> None:
    x, y = at[0] + luck.uniform(-4, 4), at[1] - wide * luck.uniform(0.02, 0.12)
    layer.curve(
        [
            (x - wide * 0.36, y + wide * 0.5),
            (x - wide * 0.3, y + wide * 0.1),
            (x, y - wide * 0.04),
            (x + wide * 0.3, y + wide * 0.1),
            (x + wide * 0.36, y + wide * 0.5),
        ],
        "#150b0c",
    )
    layer.oval(x, y - wide * 0.2, wide * 0.16, wide * 0.21, "#1a0e0d")


def library_reading_room() -> Image.Image:
    """Afternoon light in the reading room."""
    canvas, view = Canvas("#2a1f17"), Camera(560, 900, 1150, 1.75)
    room = Layer()
    room.poly([*view.wall(-6, 0, 8, 2, 24)], "#4a3524")
    room.poly([*view.wall(6, 0, 8, 2, 24)], "#3a2a1d")
    room.poly(view.floor(-6, 6, 2, 24), "#5a4028")
    room.poly(view.front(-6, 6, 0, 9, 24), "#8a735a")
    for band in range(40):
        angle, after = pi * band / 40, pi * (band + 1) / 40
        arch = [(-cos(a) * 6, 8 + sin(a) * 3) for a in (angle, after)]
        tone = mix("#6a5642", "#b39c7c", sin(angle) ** 0.7)
        room.poly([view.at(*arch[0], 2), view.at(*arch[1], 2), view.at(*arch[1], 24), view.at(*arch[0], 24)], tone)
    room.poly([view.at(-cos(pi * i / 30) * 6, 8 + sin(pi * i / 30) * 3, 24) for i in range(31)], "#8a735a")
    canvas.lay(room.cut().mottled(3, 0.35, (90, 60)))
    ribs = Layer()
    for z in (22, 18, 14.5, 11.5, 9, 7, 5.4):
        ribs.line(
            [view.at(-cos(pi * i / 24) * 5.95, 8 + sin(pi * i / 24) * 2.95, z) for i in range(25)],
            view.size(z) * 0.28,
            "#57432f",
        )
    canvas.lay(ribs.cut().rim(0, -3, "#c9ab7f", 0.5).blurred(0.8))
    _great_window(canvas, view)
    _bookcases(canvas, view)
    _desks(canvas, view)
    for step in range(4):
        x = -3.3 + step * 2.1
        foot = [view.at(x + 2.4, 0, 8 + step), view.at(x + 4.0, 0, 8 + step)]
        beam(canvas, [view.at(x - 0.2, 8.2, 23), view.at(x + 0.9, 8.2, 23), foot[1], foot[0]], "#ffe3ae", 0.2, 18)
    canvas.shine("#ffdca0", spot(900, 380, 620, 560, 1.6), 0.35)
    return developed(canvas, 12, bloom=0.55)


def _great_window(canvas: Canvas, view: Camera) -> None:
    layer = Layer()
    for x in (-3.5, 0, 3.5):
        wide, top = (1.25, 7.4) if x else (1.45, 8.4)
        arch = [
            (x - wide, 3.0),
            *[(x - cos(pi * i / 16) * wide, top + sin(pi * i / 16) * wide) for i in range(17)],
            (x + wide, 3.0),
        ]
        layer.poly([view.at(a, b, 23.9) for a, b in arch], "#fff0cd")
        for bar in (-0.5, 0, 0.5):
            layer.line(
                [view.at(x + bar * wide, 3, 23.9), view.at(x + bar * wide, top + wide * (1 - abs(bar) * 0.3), 23.9)],
                3,
                "#8a7556",
            )
        for rung in range(4, 10):
            if rung < top + wide * 0.6:
                layer.line([view.at(x - wide, rung, 23.9), view.at(x + wide, rung, 23.9)], 3, "#8a7556")
    canvas.lay(layer.cut().tinted("#b9d0d8", levels(clouds(8, (90, 60)), 100, 200), 0.4).blurred(1))


def _bookcases(canvas: Canvas, view: Camera) -> None:
    layer, luck = Layer(), Random(10)
    spines = ("#6b2f26", "#3f4a3a", "#7a5a32", "#2f3d4c", "#8f7a55", "#4f2f2c", "#59513f", "#a08a62")
    for side in (-1, 1):
        dim = 0.15 if side < 0 else 0.4
        for bay in range(7):
            near = 3.2 + bay * 3.0
            for shelf in range(8):
                low = 0.4 + shelf * 0.62
                layer.poly(view.wall(side * 5.75, low, low + 0.6, near, near + 2.7), "#1a120c")
                z = near + 0.05
                while z < near + 2.6:
                    thick = luck.uniform(0.05, 0.13)
                    tone = mix(mix(luck.choice(spines), "#1a120c", dim), "#c9a878", near / 70)
                    layer.poly(view.wall(side * 5.7, low, low + luck.uniform(0.36, 0.54), z, z + thick * 0.9), tone)
                    z += thick
            layer.poly(view.wall(side * 5.65, 0, 5.6, near + 2.68, near + 3.0), mix("#3f2a1a", "#c9a878", near / 60))
        layer.poly(view.wall(side * 5.6, 5.35, 5.75, 2.4, 24), "#5c4028")
        layer.poly(view.wall(side * 5.6, 0, 0.4, 2.4, 24), "#33221a")
    canvas.lay(layer.cut().mottled(6, 0.25, (40, 40)).wobbled(6, 1.5, 20).blurred(0.6))


def _desks(canvas: Canvas, view: Camera) -> None:
    for z in (19, 15.5, 12.5, 9.8, 7.5, 5.6, 4.0):
        for x in (-2.5, 2.5):
            layer, unit = Layer(), view.size(z)
            layer.poly(view.front(x - 1.6, x + 1.6, 0, 0.8, z), "#24170f")
            layer.poly(view.floor(x - 1.65, x + 1.65, z, z + 0.9, 0.8), "#7a5330")
            layer.poly(view.front(x - 1.65, x + 1.65, 0.75, 0.8, z), "#8f663c")
            for book in (-1.2, 0.3):
                layer.poly(view.floor(x + book, x + book + 0.5, z + 0.15, z + 0.5, 0.84), "#d9c9a5")
            for lamp in (-0.8, 0.8):
                cx, cy = view.at(x + lamp, 1.28, z + 0.45)
                layer.line([(cx, cy), view.at(x + lamp, 0.8, z + 0.45)], unit * 0.03, "#b08d4a")
                layer.poly(
                    [
                        (cx - unit * 0.22, cy + unit * 0.05),
                        (cx - unit * 0.15, cy - unit * 0.08),
                        (cx + unit * 0.15, cy - unit * 0.08),
                        (cx + unit * 0.22, cy + unit * 0.05),
                    ],
                    "#2f6b4a",
                )
            cut = layer.cut().rim(0, 2, "#e9c994", 0.4).mottled(int(z), 0.4, (60, 14))
            canvas.lay(cut.blurred(max(0.5, 7.5 - z)))
            for lamp in (-0.8, 0.8):
                glow(canvas, view.at(x + lamp, 1.1, z + 0.45), unit * 0.75, "#ffd58a", 0.75)
