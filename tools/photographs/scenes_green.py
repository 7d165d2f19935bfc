"""Out of doors in the town: allotments and the playground."""

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Layer, Point, mix
from .figures import Camera, Clothes, person, ridge, tree, windows
from .finish import developed
from .light import cloud_cover, cloudy, glow, gradient, haze, ramp, sky, spot
from .noise import H, W, clouds, levels, plane


def allotments() -> Image.Image:
    """Mill Fold allotments, the last hour of a September day."""
    canvas, view = Canvas(), Camera(500, 820, 1150, 2.1)
    sky(canvas, [(0, "#8fa9bd"), (280, "#d5d3c0"), (500, "#fbdca0")])
    cloudy(canvas, cloud_cover(511, 500), "#ffe6b4", "#b1aeb0", (120, 215))
    glow(canvas, (460, 430), 760, "#ffe2a0", 0.9)
    for seed, base, height, tone in ((5, 492, 90, "#b9b394"), (9, 506, 60, "#918f6a")):
        layer = Layer()
        ridge(layer, seed, base, height, tone, 380)
        canvas.lay(layer.cut().mottled(seed, 0.4, (40, 24)).blurred(2))
    wood = Layer()
    for i in range(15):
        tree(wood, 40 + i, (i * 132 - 20, 540), 170 + (i * 53) % 90, "#4c5232", "#c9b25e", 0.42)
    canvas.lay(wood.cut().wobbled(3, 4, 12).blurred(1.8))
    haze(canvas, "#fbe0a8", [(300, 0), (520, 0.42), (640, 0)])
    _plots(canvas, view)
    canvas.shine("#ffd68a", spot(420, 430, 1300, 900, 1.5), 0.35)
    return developed(canvas, 17, edge=0.4)


def _plots(canvas: Canvas, view: Camera) -> None:
    ground = Canvas()
    ground.image = gradient([(525, "#c9b784"), (640, "#98905c"), (H, "#5d5a34")])
    ground.texture(plane(6, 520, 0.8, 1), 0.3)
    canvas.paste(ground.image, ramp([(530, 0), (545, 1)]))
    beds = Layer()
    for x in (-8.4, -5.0, -1.6, 1.8, 5.2, 8.6):
        beds.poly(view.floor(x, x + 2.5, 2, 44), "#4f3a28")
        beds.poly(view.floor(x, x + 0.1, 2, 44, 0.1), "#a98a5c")
    canvas.lay(
        beds.cut().tinted("#f3d49a", ramp([(540, 0.7), (720, 0.1), (H, 0)])).mottled(5, 0.8, (26, 12)).wobbled(4, 2.5)
    )
    _shed(canvas, view, -7.2, 20, "#6f7d6a")
    _shed(canvas, view, 6.0, 26, "#8a5f48")
    _shed(canvas, view, 3.4, 15.5, "#6d8087")
    luck = Random(19)
    for z in [3.0 + i * 0.62 * (1 + i * 0.02) for i in range(34)][::-1]:
        layer = Layer()
        for bed, x in enumerate((-8.4, -5.0, -1.6, 1.8, 5.2, 8.6)):
            for step in (0.35, 1.2, 2.1):
                if abs(x + step) < z * 0.85 + 1 and not (x + step > 3 and 13 < z < 17):
                    _plant(
                        layer,
                        luck,
                        view.at(x + step + luck.uniform(-0.1, 0.1), 0, z),
                        view.size(z),
                        (bed * 2 + int(z / 7)) % 5,
                        z,
                    )
        cut = layer.cut().rim(3, 4, "#ffe6a6", 0.4, 1.5) if z < 14 else layer.cut()
        canvas.lay(cut.wobbled(int(z * 5), 3, 12).blurred(max(0.6, 6.5 - z * 0.9)))
    gardener = Layer()
    person(
        gardener,
        view.at(-0.75, 0, 11.5),
        view.size(11.5) * 1.75,
        Clothes("#5f6a72", "#4a4238", "#a67f66", "#c9ae72"),
        0.04,
        0.09,
        0.04,
    )
    x, y = view.at(-0.2, 0, 11.4)
    gardener.line([(x, y), (x - 26, y - 150)], 4, "#8a6a42")
    canvas.lay(gardener.cut().rim(4, 3, "#ffe8b0", 0.7, 2).wobbled(4, 2, 12).blurred(0.7))


def _plant(layer: Layer, luck: Random, at: Point, unit: float, kind: int, z: float) -> None:
    mist = z / 52
    dark, lit = (
        ("#3d4f27", "#a9b25a"),
        ("#4a5f4a", "#a8bf9a"),
        ("#35502f", "#86a04a"),
        ("#5a4a2a", "#d0a94e"),
        ("#3a5530", "#b8c06a"),
    )[kind]
    size = (0.34, 0.3, 0.55, 0.42, 0.26)[kind] * unit
    for leaf in range(16 if z < 16 else 7):
        x, y = at[0] + luck.gauss(0, size * 0.42), at[1] - abs(luck.gauss(size * 0.5, size * 0.36))
        tone = mix(mix(dark, lit, leaf / 16 * 0.6 + luck.random() * 0.4), "#fbe2ac", mist)
        layer.oval(x, y, size * luck.uniform(0.14, 0.32), size * luck.uniform(0.1, 0.24), tone)
    if kind == 2:
        for lean in (-0.22, 0.22):
            layer.line(
                [(at[0] + lean * unit, at[1]), (at[0], at[1] - unit * 1.7)],
                max(1, unit * 0.022),
                mix("#6d5434", "#fbe2ac", mist),
            )
        for _ in range(26):
            up = luck.random()
            layer.oval(
                at[0] + luck.gauss(0, (1 - up * 0.7) * 0.16 * unit),
                at[1] - up * unit * 1.6,
                unit * 0.05,
                unit * 0.04,
                mix(mix(dark, lit, luck.random()), "#fbe2ac", mist),
            )


def _shed(canvas: Canvas, view: Camera, x: float, z: float, wall: str) -> None:
    layer, mist = Layer(), z / 60
    wall = mix(wall, "#fbe2ac", mist)
    layer.poly(view.wall(x, 0, 2.0, z, z + 2.6), mix(wall, "#ffe6ae", 0.35))
    layer.poly(
        [*view.front(x, x + 2.2, 0, 2.0, z), view.at(x + 1.1, 2.75, z), view.at(x, 2.0, z)], mix(wall, "#2a2a24", 0.25)
    )
    for plank in range(1, 9):
        layer.line(
            [view.at(x + plank * 0.245, 0, z), view.at(x + plank * 0.245, 2.1, z)], 1.4, mix(wall, "#20201c", 0.5)
        )
    layer.poly(
        [
            view.at(x + 1.1, 2.9, z - 0.1),
            view.at(x + 2.4, 1.95, z - 0.1),
            view.at(x + 2.4, 1.95, z + 2.6),
            view.at(x + 1.1, 2.9, z + 2.6),
        ],
        mix("#4a4640", "#fbe2ac", mist),
    )
    layer.poly(
        [
            view.at(x + 1.1, 2.9, z - 0.1),
            view.at(x - 0.2, 1.95, z - 0.1),
            view.at(x - 0.2, 1.95, z + 2.6),
            view.at(x + 1.1, 2.9, z + 2.6),
        ],
        mix("#8a7d68", "#fbe2ac", mist),
    )
    layer.poly(view.front(x + 1.2, x + 1.9, 0, 1.7, z), mix(wall, "#1c1c18", 0.45))
    layer.poly(view.front(x + 0.3, x + 0.95, 1.0, 1.6, z), mix("#2f3a3c", "#ffd890", 0.35))
    canvas.lay(layer.cut().mottled(int(z), 0.4, (12, 60)).wobbled(int(z), 2).blurred(1))


def school_playground() -> Image.Image:
    """Quarter to nine: long shadows in the playground of St Piran's."""
    canvas, view = Canvas(), Camera(380, 900, 1200, 2.9)
    sky(canvas, [(0, "#a9c0cc"), (380, "#f0e6cb")])
    _school(canvas)
    ground = Canvas()
    ground.image = gradient([(440, "#b1a893"), (600, "#8f8a82"), (H, "#5c5a5b")])
    ground.texture(plane(3, 400, 0.6, 1), 0.14)
    ground.darken("#7a7672", levels(plane(5, 400, 9, 3), 130, 200), 0.25)
    canvas.paste(ground.image, ramp([(448, 0), (453, 1)]))
    _markings(canvas, view)
    branches = levels(clouds(66, (260, 90), 6), 132, 160)
    canvas.darken(
        "#55545f", ImageChops.multiply(branches, ramp([(800, 0), (H, 1)])).filter(ImageFilter.GaussianBlur(6)), 0.55
    )
    _children(canvas, view)
    canvas.shine("#ffe3ad", spot(200, 260, 1300, 1000, 1.4), 0.3)
    return developed(canvas, 18, edge=0.35)


def _school(canvas: Canvas) -> None:
    wood = Layer()
    for i in range(6):
        tree(wood, 70 + i, (1180 + i * 130, 440), 300 + i % 3 * 40, "#55603a", "#c6b765", 0.4)
        tree(wood, 90 + i, (-40 + i * 30, 440), 260, "#55603a", "#c6b765", 0.4)
    canvas.lay(wood.cut().wobbled(5, 4, 12).blurred(2.6))
    layer, brick = Layer(), "#9c614b"
    layer.box(150, 150, 1230, 450, brick)
    layer.poly([(120, 156), (200, 40), (1180, 40), (1260, 156)], "#5f6470")
    for x in (330, 690, 1050):
        layer.poly([(x - 110, 200), (x - 110, 150), (x, 30), (x + 110, 150), (x + 110, 200)], brick)
        layer.poly([(x - 124, 152), (x, 16), (x + 124, 152), (x + 106, 152), (x, 40), (x - 106, 152)], "#e6dcc6")
        layer.oval(x, 112, 22, 22, "#e6dcc6")
        layer.oval(x, 112, 16, 16, "#4a5a62")
    layer.box(670, 0, 710, 30, "#6a6f7a")
    windows(layer, (170, 170, 1210, 420), (12, 1), ["#e9e0ca"], 2, (0.62, 0.7))
    windows(layer, (170, 170, 1210, 420), (12, 1), ["#54656d", "#6d7f86", "#48575f", "#b9a878"], 2, (0.5, 0.64))
    for column in range(12):
        middle = 170 + 86.67 * (column + 0.5)
        layer.line([(middle, 215), (middle, 375)], 3, "#e9e0ca")
        for y in (255, 295, 335):
            layer.line([(middle - 22, y), (middle + 22, y)], 2.5, "#e9e0ca")
    layer.box(655, 250, 725, 450, "#34505a")
    layer.box(0, 410, W, 452, "#7d5a4a")
    for x in range(0, W, 24):
        layer.line([(x, 340), (x, 452)], 3, "#3a4446")
    layer.line([(0, 346), (W, 346)], 3, "#3a4446")
    canvas.lay(
        layer.cut()
        .tinted("#ffdca0", spot(250, 250, 900, 400, 1), 0.25)
        .mottled(5, 0.22, (16, 8))
        .wobbled(2, 1.6)
        .blurred(2)
    )


def _markings(canvas: Canvas, view: Camera) -> None:
    layer, x, z = Layer(), -0.55, 4.9
    squares = [(0, 0), (0, 1), (-0.5, 2), (0.5, 2), (0, 3), (-0.5, 4), (0.5, 4), (0, 5)]
    tones = ("#c9a23e", "#e6e0d0", "#b0503f", "#4f7a86")
    for index, (dx, dz) in enumerate(squares):
        near, left = z + dz * 0.86, x + dx * 0.92
        layer.poly(view.floor(left, left + 0.92, near, near + 0.86), "#ece6d6")
        layer.poly(view.floor(left + 0.06, left + 0.86, near + 0.06, near + 0.8), tones[index % 4])
    ring = [view.at(5 + cos(t * pi / 30) * 2.4, 0, 15 + sin(t * pi / 30) * 2.4) for t in range(61)]
    layer.line(ring, 5, "#ece6d6")
    for near in (11, 25):
        layer.poly(view.floor(-14, 14, near, near + 0.09), "#e2ddcf")
    layer.poly(view.floor(-4.2, -4.1, 3, 40), "#d9c06a")
    worn = levels(clouds(23, (22, 12), 5), 30, 95)
    canvas.lay(layer.cut().mottled(6, 0.3, (30, 14)).wobbled(4, 2.5, 20).blurred(0.8).through(worn).faint(0.86))


def _children(canvas: Canvas, view: Camera) -> None:
    luck = Random(41)
    flock = [
        (-5.5, 24, 0.02),
        (-4.7, 23.6, 0.03),
        (5.8, 21, 0.08),
        (1.8, 19, 0.09),
        (-2.6, 15.5, 0.04),
        (3.6, 13.2, 0.1),
        (-4.4, 10.6, 0.1),
        (0.0, 7.6, 0.03),
        (2.2, 8.6, 0.12),
    ]
    for x, z, stride in flock:
        layer, shade, foot = Layer(), Layer(), view.at(x, 0, z)
        tall = view.size(z) * luck.uniform(1.15, 1.35)
        coat = luck.choice(("#a8433a", "#3f5f7d", "#c99a3e", "#4f6a4f", "#7a4f63", "#d9d0bc"))
        jump = tall * 0.1 if z < 8 else 0
        wears = Clothes(
            coat,
            luck.choice(("#3a3f4a", "#4a443e")),
            luck.choice(("#b58a70", "#8d6750", "#c8a188")),
            None,
            luck.choice((0.44, 0.36)),
            "#6d4a3a" if stride < 0.05 else None,
            luck.choice(("#3a2a20", "#7a5a36", "#1f1a18")),
        )
        person(layer, (foot[0], foot[1] - jump), tall, wears, stride, 0.06 + stride, stride * 0.6)
        person(
            shade,
            foot,
            tall,
            Clothes("#000000", "#000000", "#000000", None, wears.hem, None, "#000000"),
            stride,
            0.06 + stride,
        )
        fall = (1, -1.5, 1.5 * foot[1], 0, -1.5, foot[1] * 2.5)
        shadow = shade.cut()
        shadow.image = shadow.image.transform((W, H), Image.Transform.AFFINE, fall, Image.Resampling.BILINEAR)
        canvas.lay(shadow.tinted("#35343d", Image.new("L", (W, H), 255)).blurred(2).faint(0.6))
        canvas.lay(
            layer.cut().rim(4, 3, "#ffedc6", 0.7, 2).wobbled(int(z * 3), 2, 12).blurred(max(0.6, abs(z - 9) * 0.11))
        )
