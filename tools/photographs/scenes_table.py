"""Close to: the drawing of the bridge, and the band."""

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Cut, Layer, Point, mix
from .finish import developed
from .light import glow, gradient, ramp, spot
from .noise import H, W, clouds, levels

INK = "#2b3b52"


def bridge_plan() -> Image.Image:
    """The engineer's drawing of the new bridge, on the drawing table."""
    canvas = Canvas()
    canvas.image = gradient([(0, "#3a2a1e"), (H, "#5c4028")])
    canvas.texture(clouds(4, (1400, 10), 5), 0.5)
    sheet = _sheet()
    shadow = Cut(sheet.image).tinted("#0c0806", Image.new("L", (W, H), 255)).blurred(22).faint(0.7)
    canvas.lay(Cut(shadow.image.transform((W, H), Image.Transform.AFFINE, (1, 0, -10, 0, 1, -22))))
    canvas.lay(sheet)
    _instruments(canvas)
    far, near = ramp([(60, 1), (430, 0)]), ramp([(930, 0), (H, 0.8)])
    canvas.soften(7, far)
    canvas.soften(5, near)
    canvas.shine("#ffe2b0", spot(380, 240, 1300, 900, 1.3), 0.35)
    canvas.darken("#4a3a30", ramp([(0, 0), (H, 0.35)]))
    return developed(canvas, 19, edge=0.55)


def _sheet() -> Cut:
    flat = Layer()
    flat.box(0, 0, W, H, "#e9e2d0")
    for x in range(0, W, 30):
        flat.line([(x, 0), (x, H)], 0.7, "#cfd3cc")
    for y in range(0, H, 30):
        flat.line([(0, y), (W, y)], 0.7, "#cfd3cc")
    flat.line([(40, 40), (W - 40, 40), (W - 40, H - 40), (40, H - 40), (40, 40)], 4, INK)
    _elevation(flat)
    _section(flat)
    _title_block(flat)
    creased = flat.cut().mottled(3, 0.16, (500, 400), 4).mottled(7, 0.1, (30, 30))
    corners = ((330, 150), (1530, 70), (1960, 1080), (-180, 1240))
    return Cut(_pinned(creased.image, corners))


def _pinned(image: Image.Image, corners: tuple[Point, Point, Point, Point]) -> Image.Image:
    """Lays the image flat on the table, its corners where they are told (clockwise from the top left)."""
    rows, answers = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (W, 0), (W, H), (0, H)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        answers += [float(u), float(v)]
    return image.transform((W, H), Image.Transform.PERSPECTIVE, _solved(rows, answers), Image.Resampling.BICUBIC)


def _solved(rows: list[list[float]], answers: list[float]) -> list[float]:
    table = [[*row, answer] for row, answer in zip(rows, answers, strict=True)]
    size = len(table)
    for i in range(size):
        best = max(range(i, size), key=lambda k: abs(table[k][i]))
        table[i], table[best] = table[best], table[i]
        table[i] = [value / table[i][i] for value in table[i]]
        for k in range(size):
            if k != i:
                table[k] = [a - table[k][i] * b for a, b in zip(table[k], table[i], strict=True)]
    return [row[-1] for row in table]


def _elevation(flat: Layer) -> None:
    deck, water = 420, 640
    for thick, y in ((5, deck), (3, deck + 22), (2, deck - 26)):
        flat.line([(120, y), (1680, y)], thick, INK)
    for x in range(130, 1680, 26):
        flat.line([(x, deck - 26), (x, deck)], 1.2, INK)
    for left, right in ((200, 560), (600, 1200), (1240, 1600)):
        rise = (right - left) * 0.3
        arcs = [
            [
                (left + (right - left) * t / 40, water - 20 - (rise + extra) * (1 - (2 * t / 40 - 1) ** 2))
                for t in range(41)
            ]
            for extra in (0, 16)
        ]
        for arc in arcs:
            flat.line(arc, 3.2, INK)
        for t in range(2, 39, 2):
            at, top = arcs[1][t]
            flat.line([(at, deck + 22), (at, max(deck + 22, top))], 1.6, INK)
    for x in (180, 580, 1220, 1620):
        flat.line([(x - 20, deck + 22), (x - 30, 740), (x + 30, 740), (x + 20, deck + 22)], 3, INK)
        for y in range(deck + 60, 740, 24):
            flat.line([(x - 28, y), (x + 28, y)], 1, INK)
    for i in range(30):
        x = 130 + i * 52
        flat.thread(
            [(x, water + (i % 3) * 14), (x + 14, water - 4 + (i % 3) * 14), (x + 30, water + (i % 3) * 14)],
            1.6,
            "#5d7f95",
        )
    for left, right in ((180, 580), (580, 1220), (1220, 1620)):
        _dimension(flat, left, right, 810)
    _dimension(flat, 180, 1620, 860)
    flat.ring(900, 500, 120, 120, 3, "#a8483a")
    flat.thread([(985, 415), (1060, 330), (1180, 300)], 2.6, "#a8483a")
    _scribble(flat, (1190, 296), 260, 5, "#a8483a")


def _dimension(flat: Layer, left: float, right: float, y: float) -> None:
    flat.line([(left, y), (right, y)], 1.6, INK)
    for x, way in ((left, 1), (right, -1)):
        flat.line([(x, y - 60), (x, y + 12)], 1, INK)
        flat.poly([(x, y), (x + way * 18, y - 5), (x + way * 18, y + 5)], INK)
    middle = (left + right) / 2
    flat.box(middle - 40, y - 13, middle + 40, y + 13, "#e9e2d0")
    _scribble(flat, (middle - 28, y + 6), 56, int(left), INK)


def _scribble(flat: Layer, at: Point, length: float, seed: int, colour: str) -> None:
    """Draws handwriting too small to be read."""
    luck, x = Random(seed), at[0]
    while x < at[0] + length:
        step = luck.uniform(6, 10)
        flat.thread(
            [
                (x, at[1]),
                (x + step * 0.3, at[1] - luck.uniform(8, 17)),
                (x + step * 0.8, at[1] - luck.uniform(0, 6)),
                (x + step, at[1]),
            ],
            1.8,
            colour,
        )
        x += step + (luck.uniform(8, 12) if luck.random() < 0.2 else 1)


def _section(flat: Layer) -> None:
    for x, wide in ((180, 330), (620, 420)):
        flat.line([(x, 960), (x + wide, 960), (x + wide - 40, 1040), (x + 40, 1040), (x, 960)], 3, INK)
        for i in range(0, wide - 60, 15):
            flat.line([(x + 40 + i, 1040), (x + 58 + i, 962)], 1, INK)
        flat.line([(x + wide / 2, 925), (x + wide / 2, 1080)], 1.2, "#a8483a")
        _scribble(flat, (x + 40, 1100), wide - 100, x, INK)
    for i in range(3):
        flat.thread(
            [(120, 150 + i * 26), (500, 128 + i * 30), (900, 170 + i * 22), (1300, 120 + i * 30), (1680, 160 + i * 24)],
            1.5,
            "#7d9a6a",
        )
    flat.line([(150, 250), (1650, 200)], 2.4, "#5d7f95")
    flat.line([(150, 285), (1650, 240)], 2.4, "#5d7f95")
    flat.line([(880, 120), (915, 330)], 5, INK)
    flat.line([(908, 116), (943, 326)], 5, INK)


def _title_block(flat: Layer) -> None:
    flat.box(1180, 920, 1740, 1140, "#ece6d6")
    flat.line([(1180, 920), (1740, 920), (1740, 1140), (1180, 1140), (1180, 920)], 3, INK)
    for y in (985, 1040, 1090):
        flat.line([(1180, y), (1740, y)], 1.6, INK)
    flat.line([(1450, 985), (1450, 1140)], 1.6, INK)
    for x, y, wide in (
        (1200, 968, 440),
        (1200, 1025, 200),
        (1200, 1078, 170),
        (1470, 1025, 210),
        (1470, 1078, 140),
        (1200, 1128, 200),
    ):
        _scribble(flat, (x, y), wide, x + y, INK)
    flat.ring(1650, 1112, 40, 22, 2.4, "#a8483a")


def _instruments(canvas: Canvas) -> None:
    layer = Layer()
    ruler = [(120, 1010), (1090, 1142), (1082, 1206), (110, 1074)]
    layer.poly(ruler, "#c9a25e")
    for i in range(96):
        x, y = 124 + i * 10, 1011 + i * 1.37
        layer.line([(x, y), (x - 2, y + (26 if i % 10 == 0 else 14))], 1.4, "#4a3418")
    layer.line([(1120, 700), (1560, 900)], 24, "#b5862f")
    layer.line([(1122, 694), (1562, 894)], 7, "#e0b65c")
    layer.poly([(1112, 710), (1126, 690), (1072, 674)], "#e3c79b")
    layer.poly([(1085, 683), (1089, 677), (1066, 671)], "#22201f")
    layer.line([(1556, 898), (1590, 914)], 24, "#b9bcbc")
    layer.line([(1588, 913), (1620, 928)], 24, "#b5605a")
    layer.ring(1480, 330, 112, 52, 16, "#e9e6de")
    layer.poly([(1368, 330), (1592, 330), (1566, 440), (1394, 440)], "#dedad0")
    layer.oval(1480, 330, 98, 43, "#3a2216")
    layer.oval(1480, 440, 86, 30, "#d2cdc2")
    layer.ring(1606, 372, 36, 40, 13, "#dedad0")
    cut = (
        layer.cut()
        .mottled(5, 0.35, (30, 30))
        .rim(4, 5, "#fff0d0", 0.5, 3)
        .rim(-6, -5, "#4a3a2c", 0.35, 5)
        .wobbled(3, 1.2)
    )
    shade = Cut(cut.image.transform((W, H), Image.Transform.AFFINE, (1, 0, -16, 0, 1, -16)))
    canvas.lay(shade.tinted("#1c120a", Image.new("L", (W, H), 255)).blurred(9).faint(0.55))
    canvas.lay(cut)


def brass_band() -> Image.Image:
    """The harbour band tunes up under the bandstand lamps."""
    canvas = Canvas()
    canvas.image = gradient([(0, "#141a2a"), (500, "#2b2630"), (H, "#15100f")])
    _lanterns(canvas)
    for x, y, tall, blur in (
        (240, 1130, 860, 7.0),
        (640, 1100, 760, 6.5),
        (1100, 1110, 780, 6.5),
        (1560, 1130, 840, 7.0),
    ):
        canvas.lay(_bandsman(x, y, tall).cut().mottled(int(x), 0.3).rim(9, 5, "#ffc37d", 0.8, 4).blurred(blur))
    for at, radius, tilt, blur in (
        ((330, 700), 120, 0.9, 7.0),
        ((985, 640), 112, 0.86, 7.0),
        ((1570, 760), 160, 0.92, 4.5),
        ((660, 800), 185, 0.93, 2.2),
    ):
        canvas.lay(_bell(at, radius, tilt).blurred(blur))
    front = Layer()
    front.curve(
        [(880, 1260), (930, 1000), (1010, 900), (1180, 850), (1380, 860), (1560, 930), (1680, 1080), (1740, 1260)],
        "#171c2c",
    )
    for y in (980, 1060, 1140):
        front.oval(1300 - (y - 980) * 0.1, y, 13, 13, "#d9a94e")
    canvas.lay(front.cut().mottled(9, 0.4).rim(8, 6, "#ffbe76", 0.6, 5).blurred(3))
    _tubing(canvas)
    canvas.lay(_bell((1120, 850), 310, 0.95))
    canvas.lay(_bell((270, 1060), 260, 0.9).blurred(5))
    for at in ((940, 690), (985, 1060), (570, 690), (130, 920)):
        glow(canvas, at, 120, "#fff2d0", 0.55)
    return developed(canvas, 20, bloom=0.6, edge=0.6)


def _lanterns(canvas: Canvas) -> None:
    luck = Random(14)
    for _ in range(46):
        layer = Layer()
        x, y, r = luck.uniform(0, W), luck.uniform(20, 520), luck.uniform(14, 46)
        layer.oval(x, y, r, r, luck.choice(("#ffb765", "#ffd79a", "#e8824a", "#f6c477", "#b9c4d8")))
        canvas.lay(layer.cut().blurred(3).faint(luck.uniform(0.1, 0.42)))
    for x in range(-40, 1900, 150):
        glow(canvas, (x, 90 + 60 * sin(x / 260)), 110, "#ffca80", 0.8)


def _bandsman(x: float, y: float, tall: float) -> Layer:
    layer = Layer()
    layer.curve(
        [
            (x - tall * 0.26, y),
            (x - tall * 0.24, y - tall * 0.5),
            (x - tall * 0.1, y - tall * 0.62),
            (x + tall * 0.1, y - tall * 0.62),
            (x + tall * 0.24, y - tall * 0.5),
            (x + tall * 0.26, y),
        ],
        "#2b3654",
    )
    layer.box(x - tall * 0.04, y - tall * 0.66, x + tall * 0.04, y - tall * 0.58, "#7d5846")
    layer.oval(x, y - tall * 0.74, tall * 0.085, tall * 0.11, "#a87c62")
    layer.curve(
        [
            (x - tall * 0.1, y - tall * 0.79),
            (x - tall * 0.11, y - tall * 0.87),
            (x + tall * 0.11, y - tall * 0.87),
            (x + tall * 0.1, y - tall * 0.79),
        ],
        "#27304a",
    )
    layer.line([(x - tall * 0.1, y - tall * 0.79), (x + tall * 0.1, y - tall * 0.79)], tall * 0.018, "#b98a3e")
    for row in range(4):
        layer.oval(x, y - tall * (0.5 - row * 0.1), tall * 0.012, tall * 0.012, "#e0b258")
    return layer


def _bell(at: Point, radius: float, tilt: float) -> Cut:
    layer, (x, y) = Layer(), at
    layer.oval(x, y, radius, radius * tilt, "#5a3812")
    rings = max(60, int(radius / 1.6))
    for i in range(rings):
        share = i / rings
        r = radius * (0.985 - 0.985 * share)
        for wedge in range(48):
            angle = 2 * pi * wedge / 48
            shine = 0.5 + 0.5 * cos(2 * (angle - 0.9) + share * 2.2)
            lamp = max(0.0, cos(angle + 2.35)) ** 5 * (0.35 + 0.65 * sin(share * 9) ** 2)
            depth = max(0.0, 1 - (share * 1.3) ** 1.9) * (0.82 + 0.18 * cos(share * 26 + 2 * cos(angle)))
            tone = mix(mix("#1d0e05", "#a8701f", depth * (0.35 + 0.65 * shine)), "#fff0bf", lamp * depth * 0.95)
            box = [((x - r) * 2, (y - r * tilt) * 2), ((x + r) * 2, (y + r * tilt) * 2)]
            layer.pen.pieslice(box, wedge * 7.5, wedge * 7.5 + 8.5, fill=tone)
    layer.ring(x, y, radius, radius * tilt, max(3, radius * 0.035), "#d9a645")
    layer.ring(x - 1, y - 1, radius * 0.985, radius * 0.985 * tilt, max(1.5, radius * 0.01), "#ffe6a8")
    cut = layer.cut()
    return Cut(cut.image.convert("RGBa").filter(ImageFilter.GaussianBlur(max(1, radius / 48))).convert("RGBA")).mottled(
        int(x), 0.2, (radius, radius)
    )


def _tubing(canvas: Canvas) -> None:
    pipes = [
        [(1230, 1260), (1250, 1080), (1330, 1000), (1470, 1010), (1540, 1100), (1530, 1260)],
        [(1340, 1260), (1350, 1130), (1400, 1080), (1450, 1130), (1450, 1260)],
        [(1010, 1260), (1040, 1120), (1120, 1000)],
    ]
    for step, (shrink, tone) in enumerate(((1.0, "#3a220c"), (0.82, "#8a5a1c"), (0.55, "#c98f38"), (0.22, "#ffe9b0"))):
        layer = Layer()
        for pipe in pipes:
            layer.thread([(x - step * 3, y - step * 3) for x, y in pipe], 46 * shrink, tone)
        canvas.lay(layer.cut().blurred(1.5 + 2 * shrink))
    halo = ImageChops.multiply(spot(1350, 1080, 320, 220, 1.5), levels(clouds(3, (120, 90)), 90, 190))
    canvas.shine("#ffcf86", halo, 0.2)
