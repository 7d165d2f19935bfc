"""The town on foot: market, town hall, flood and bakery."""

from dataclasses import replace
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageFilter

from .buildings import Facade, Row, along, lamp_post, mirrored, terrace
from .canvas import Canvas, Layer, mix
from .figures import Camera, Clothes, person, windows
from .finish import developed
from .light import beam, cloud_cover, cloudy, glow, haze, ramp, sideways, sky, spot
from .noise import H, W, clouds, levels, plane
from .water import afloat, flood

COATS = ("#4a3f3a", "#2f3d4a", "#6b3b34", "#6d6248", "#3f4a3d", "#857a6a", "#564d4c", "#b08d57")


def passer_by(luck: Random) -> Clothes:
    """Returns what the next person to come along wears."""
    hat = luck.choice((None, None, "#3a3330", "#5a4a3f"))
    legs = luck.choice(("#2a2a2e", "#33302c", "#3a3f4a"))
    skin = luck.choice(("#b08a70", "#8a6650", "#c09a80"))
    bag = luck.choice((None, None, "#8a6a45", "#c9b48c", "#5c6b5a"))
    hair = luck.choice(("#2f2620", "#5a4632", "#8f8578", "#1f1b1a"))
    return Clothes(luck.choice(COATS), legs, skin, hat, luck.choice((0.46, 0.45, 0.36, 0.25)), bag, hair)


def wet_ground(canvas: Canvas, line: float, tone: str, seed: int, gloss: float = 0.5) -> None:
    """Turns everything below the line into paving that is still wet."""
    flood(canvas, line, tone, seed, 0.5, gloss, 1.4)
    below = ramp([(line, 0), (line + 40, 1)])
    setts = plane(seed + 3, line, 0.8, 1.6)
    canvas.texture(setts, 0.4, below)
    canvas.darken("#3a3835", ImageChops.multiply(levels(setts, 120, 80), below), 0.3)


def market_square() -> Image.Image:
    """Saturday market after a shower."""
    canvas, view, line = Canvas(), Camera(640, 900, 1250, 1.75), 655
    sky(canvas, [(0, "#9db1bd"), (300, "#cdd5d2"), (600, "#efe5cd")])
    cloudy(canvas, cloud_cover(102, 560), "#fbf1dc", "#a2aeb5", (115, 210))
    glow(canvas, (420, 260), 800, "#ffeec6", 0.6)
    houses = Layer()
    row = Row(
        668, (170, 240), (270, 390), ("#c0a17f", "#a98670", "#c9bb9c", "#9aa09a", "#b58f74", "#d0c4ab"), "#7b685c"
    )
    terrace(houses, row, 4)
    canvas.lay(
        houses.cut()
        .tinted("#fff0cc", sideways([(0, 0.4), (W, 0)]))
        .mottled(3, 0.3, (50, 50))
        .wobbled(5, 3)
        .blurred(1.8)
    )
    _steeple(canvas)
    haze(canvas, "#efe3c8", [(250, 0.2), (640, 0.42)])
    wet_ground(canvas, line, "#958d7c", 4, 0.7)
    luck = Random(7)
    for z in (26, 20, 15.5, 12, 9.2, 7.2):
        _stall(canvas, view, -z * 0.18 - 3.4, z, luck)
        _stall(canvas, view, z * 0.16 + 2.0, z * 0.98, luck)
        _shoppers(canvas, view, z, luck)
    canvas.shine("#ffe9bd", spot(350, 300, 1100, 800, 1.3), 0.25)
    return developed(canvas, 7, edge=0.4)


def _steeple(canvas: Canvas) -> None:
    layer = Layer()
    layer.box(1180, 250, 1262, 560, "#b9ae9a")
    layer.poly([(1172, 252), (1221, 40), (1270, 252)], "#8b8d88")
    layer.oval(1221, 306, 24, 24, "#efe8d6")
    layer.line([(1221, 306), (1221, 290)], 3, "#444444")
    layer.line([(1221, 306), (1231, 312)], 3, "#444444")
    layer.poly([(1204, 420), (1204, 374), (1221, 352), (1238, 374), (1238, 420)], "#6d6a64")
    houses = ramp([(300, 1), (420, 0.6)])
    canvas.lay(layer.cut().mottled(7, 0.3).wobbled(6, 2).blurred(1.8).through(houses))


def _stall(canvas: Canvas, view: Camera, x: float, z: float, luck: Random) -> None:
    layer, mist = Layer(), min(0.7, z / 40)
    cloth = mix(luck.choice(("#a8443a", "#3f6a62", "#b98a3e", "#4a5f7d")), "#efe3c8", mist)
    pale, wood = mix("#efe6d2", "#efe3c8", mist), mix("#4a3a2c", "#efe3c8", mist)
    left, right = x - 1.5, x + 1.5
    for post in (left, right):
        layer.line([view.at(post, 0, z), view.at(post, 2.4, z)], view.size(z) * 0.06, wood)
    layer.poly(view.front(left, right, 0.1, 0.95, z), mix(wood, "#1e1814", 0.3))
    for _ in range(60):
        px, py = view.at(luck.uniform(left + 0.1, right - 0.1), 0.98 + luck.random() * 0.22, z)
        tone = mix(luck.choice(("#8a9a4b", "#c4743a", "#a83f38", "#d9b45a", "#6d7a3f", "#e0d6b8")), "#efe3c8", mist)
        layer.oval(px, py, view.size(z) * 0.075, view.size(z) * 0.07, tone)
    for stripe in range(10):
        a, b = left - 0.15 + stripe * 0.33, left - 0.15 + (stripe + 1) * 0.33
        tone = cloth if stripe % 2 else pale
        layer.poly(
            [
                view.at(a, 2.3, z - 0.5),
                view.at(b, 2.3, z - 0.5),
                view.at(b * 0.9 + x * 0.1, 2.95, z + 0.6),
                view.at(a * 0.9 + x * 0.1, 2.95, z + 0.6),
            ],
            tone,
        )
        layer.curve(
            [view.at(a, 2.32, z - 0.5), view.at(b, 2.32, z - 0.5), view.at((a + b) / 2, 2.05, z - 0.5)],
            mix(tone, "#40382f", 0.25),
        )
    cut = layer.cut().rim(4, 5, "#fff0cc", 0.35, 2).mottled(int(z * 9), 0.25, (40, 20)).wobbled(int(z), 2, 20)
    canvas.lay(cut.blurred(max(0.5, abs(z - 10) * 0.16)))


def _shoppers(canvas: Canvas, view: Camera, z: float, luck: Random) -> None:
    layer, shade = Layer(), Layer()
    for _ in range(int(z / 3.2) + 1):
        x = luck.uniform(-0.5, 0.5) * (z * 0.4) - 0.35 + 0.012 * z
        far = z - luck.uniform(0.5, 2)
        foot = view.at(x, 0, far)
        wears, tall = passer_by(luck), view.size(far) * luck.uniform(1.6, 1.82)
        wears = replace(wears, coat=mix(wears.coat, "#efe3c8", far / 48), legs=mix(wears.legs, "#efe3c8", far / 48))
        person(layer, foot, tall, wears, luck.uniform(0.01, 0.07), luck.uniform(0.02, 0.1))
        shade.oval(foot[0] + tall * 0.2, foot[1], tall * 0.34, tall * 0.035, "#2a2722")
    canvas.lay(shade.cut().blurred(5).faint(0.5))
    canvas.lay(
        layer.cut().rim(3, 3, "#fff0cc", 0.55).wobbled(int(z * 3), 2.2, 12).blurred(max(0.6, abs(z - 11) * 0.14))
    )


def town_hall() -> Image.Image:
    """The town hall when its lamps are lit and the sky is not yet dark."""
    canvas, line = Canvas(), 890
    sky(canvas, [(0, "#1f3354"), (400, "#4a6a90"), (700, "#9aa3b0"), (860, "#d9b59a")])
    cloudy(canvas, cloud_cover(140, 900), "#b79c9c", "#2b4161", (122, 215))
    side = Layer()
    terrace(
        side,
        Row(
            892,
            (150, 210),
            (190, 280),
            ("#2b3545", "#333c4a", "#2f3440"),
            "#1d2633",
            ("#ffcf88", "#20293a", "#1d2636"),
            "#2b3443",
        ),
        9,
    )
    canvas.lay(side.cut().mottled(3, 0.3).wobbled(3, 2).blurred(2))
    canvas.lay(
        _hall()
        .cut()
        .tinted("#1c2a44", ramp([(80, 0.55), (520, 0.3), (880, 0.05)]), 0.75)
        .mottled(8, 0.35, (70, 40))
        .wobbled(2, 1.5)
    )
    for x in (470, 610, 1190, 1330):
        glow(canvas, (x, 880), 210, "#ffc27a", 0.45)
    glow(canvas, (900, 850), 420, "#ffc27a", 0.5)
    glow(canvas, (900, 232), 110, "#fff0cc", 0.55)
    wet_ground(canvas, line, "#26303d", 6, 0.75)
    _forecourt(canvas)
    return developed(canvas, 8)


def _hall() -> Layer:
    layer, stone, dark = Layer(), "#b7a78f", "#4a4238"
    layer.box(300, 520, 1500, 892, stone)
    layer.box(284, 500, 1516, 524, mix(stone, "#ffffff", 0.15))
    for x in range(300, 1500, 26):
        layer.box(x, 486, x + 9, 502, stone)
    layer.box(292, 480, 1508, 488, stone)
    for start in (330, 1130):
        windows(layer, (start, 540, start + 340, 700), (4, 1), ["#ffd595", "#ffcb82", "#3a4252"], start, (0.46, 0.72))
        windows(
            layer, (start, 716, start + 340, 880), (4, 1), ["#ffcb82", "#ffd9a0", "#33394a"], start + 1, (0.46, 0.62)
        )
        for column in range(4):
            x = start + 42 + column * 85
            layer.oval(x, 562, 20, 20, "#ffd595")
            layer.line([(x, 545), (x, 676)], 3, dark)
            layer.line([(x, 740), (x, 852)], 3, dark)
    layer.box(690, 470, 1110, 892, mix(stone, "#ffffff", 0.08))
    layer.poly([(664, 474), (900, 372), (1136, 474)], mix(stone, "#ffffff", 0.18))
    layer.poly([(726, 462), (900, 388), (1074, 462)], mix(stone, dark, 0.3))
    layer.oval(900, 436, 22, 22, stone)
    layer.box(720, 520, 1080, 892, "#6b4f33")
    layer.box(842, 660, 958, 892, "#ffdfa4")
    layer.oval(900, 662, 58, 56, "#ffdfa4")
    for x in (745, 1055):
        layer.box(x - 22, 700, x + 22, 880, "#e9b873")
    for x in (716, 800, 1000, 1084):
        layer.poly([(x - 17, 885), (x - 14, 510), (x + 14, 510), (x + 17, 885)], "#d8c8aa")
        layer.box(x - 24, 498, x + 24, 512, "#e2d4b8")
        layer.box(x - 24, 880, x + 24, 894, "#c2b193")
    for step in range(3):
        layer.box(680 - step * 16, 874 + step * 8, 1120 + step * 16, 884 + step * 8, mix("#a8977c", dark, step * 0.15))
    _tower(layer, stone, dark)
    return layer


def _tower(layer: Layer, stone: str, dark: str) -> None:
    layer.box(822, 170, 978, 400, stone)
    layer.box(810, 300, 990, 312, mix(stone, "#ffffff", 0.2))
    layer.box(806, 158, 994, 174, mix(stone, "#ffffff", 0.2))
    layer.oval(900, 234, 52, 52, dark)
    layer.oval(900, 234, 46, 46, "#fff1cf")
    for hour in range(12):
        x, y = sin(hour * pi / 6) * 39, -cos(hour * pi / 6) * 39
        layer.oval(900 + x, 234 + y, 2.4, 2.4, dark)
    layer.line([(900, 234), (900, 202)], 4, dark)
    layer.line([(900, 234), (922, 246)], 5, dark)
    for x in (850, 900, 950):
        layer.poly([(x - 12, 390), (x - 12, 345), (x, 326), (x + 12, 345), (x + 12, 390)], "#3a3f4e")
    layer.poly([(826, 158), (842, 96), (872, 66), (928, 66), (958, 96), (974, 158)], "#41615c")
    layer.box(880, 34, 920, 68, stone)
    layer.poly([(874, 36), (900, 4), (926, 36)], "#41615c")


def _forecourt(canvas: Canvas) -> None:
    layer, lights = Layer(), []
    for x, y, tall in ((170, 1010, 470), (1640, 1030, 500), (560, 930, 250), (1240, 930, 250)):
        lights.append((lamp_post(layer, (x, y), tall, "#141a22", "#ffe9b8"), tall))
    luck = Random(4)
    for x, y, tall in ((680, 946, 120), (760, 940, 112), (1090, 960, 130), (1420, 1010, 180), (395, 985, 160)):
        person(
            layer, (x, y), tall, Clothes("#1d222c", "#171b22", "#4a3f3a", luck.choice((None, "#14181f"))), 0.06, 0.05
        )
    canvas.lay(layer.cut().rim(-3, 2, "#ffcf90", 0.45).wobbled(5, 1.5, 20).blurred(0.6))
    for at, tall in lights:
        glow(canvas, at, tall * 0.6, "#ffd99a", 0.9)
        canvas.shine("#ffcf8a", spot(at[0], at[1] + tall * 1.3, tall * 0.12, tall * 0.6, 1.5), 0.4)


def flooded_street() -> Image.Image:
    """Chandler's Row on the morning after the surge."""
    canvas, view, level = Canvas(), Camera(560, 860, 1150, 1.9), 0.75
    sky(canvas, [(0, "#98a4aa"), (350, "#c3c9c8"), (560, "#e3e0d5")])
    cloudy(canvas, cloud_cover(171, 560), "#e9e6dc", "#84919a", (105, 200), 16)
    streets = [_street(camera) for camera in (mirrored(view, level), view)]
    water = Canvas("#b9bdb8")
    water.image = canvas.image.transform(
        (W, H), Image.Transform.AFFINE, (1, 0, 0, 0, -0.8, 1000), Image.Resampling.BILINEAR
    )
    water.image.paste("#8d979a", (0, 0), ramp([(560, 0), (H, 0.75)]))
    water.lay(streets[0].cut().mottled(8, 0.3).wobbled(4, 11, 12).blurred(3))
    canvas.lay(streets[1].cut().mottled(8, 0.3, (60, 60)).wobbled(9, 1.8).blurred(0.7))
    haze(canvas, "#dcdcd3", [(300, 0.05), (545, 0.45), (575, 0.45), (700, 0)])
    edge = Layer()
    edge.poly([*view.floor(-4.6, 4.6, 1.3, 90, level)], "#ffffff")
    edge.box(0, 1120, W, H, "#ffffff")
    surface = edge.cut().shape.filter(ImageFilter.GaussianBlur(1))
    ripples = plane(50, 545, 1.6, 2.6)
    water.wash("#4f5c60", levels(ripples, 122, 84), 0.4)
    water.shine("#eceae0", levels(ripples, 160, 205), 0.45)
    canvas.paste(water.image, surface)
    haze(canvas, "#dcdcd3", [(530, 0), (570, 0.4), (720, 0)])
    _stranded(canvas, view, level)
    return developed(canvas, 9)


def _street(view: Camera) -> Layer:
    layer, luck = Layer(), Random(6)
    for x in (-4.6, 4.6):
        spans, looks = [], []
        for i in range(15):
            spans.append((2.2 + i * 5.2, 2.2 + (i + 1) * 5.2))
            wall = luck.choice(("#8d6f5f", "#a58f7c", "#76787a", "#9a9c92", "#b3a78f", "#85604f"))
            door = luck.choice(("#3a4f57", "#6a3630", "#35493c", "#2c3138", "#7b6a3c"))
            looks.append(Facade(wall, "#4c4d50", door, i in (2, 5, 8) and x > 0, luck.uniform(5.9, 6.8)))
        along(layer, view, x, spans, looks, "#d3d4cc")
    return layer


def _stranded(canvas: Canvas, view: Camera, level: float) -> None:
    layer = Layer()
    x, y = view.at(-2.5, level, 9)
    unit = view.size(9)
    car = [(-1.0, 0), (-1.0, 0.32), (-0.72, 0.4), (-0.56, 0.82), (0.56, 0.82), (0.72, 0.4), (1.0, 0.32), (1.0, 0)]
    layer.poly([(x + a * unit * 0.9, y - b * unit) for a, b in car], "#40586a")
    layer.poly(
        [(x + a * unit * 0.9, y - b * unit) for a, b in ((-0.6, 0.42), (-0.48, 0.75), (0.48, 0.75), (0.6, 0.42))],
        "#b5c0c2",
    )
    for side in (-0.75, 0.75):
        layer.oval(x + side * unit * 0.9, y - 0.2 * unit, 0.13 * unit, 0.08 * unit, "#b44b3a")
    top = lamp_post(layer, view.at(3.5, 0, 7), view.size(7) * 4.2, "#2e3436", "#e9e2c8")
    layer.box(top[0] - 60, view.at(0, level, 7)[1], top[0] + 60, H, "#00000000")
    foot = view.at(1.1, level, 12)
    person(
        layer,
        (foot[0], foot[1] + 40),
        view.size(12) * 1.8,
        Clothes("#b9963f", "#3f4a44", "#a07d68", "#c2a04a"),
        0.03,
        0.14,
    )
    layer.box(foot[0] - 80, foot[1], foot[0] + 80, foot[1] + 90, "#00000000")
    cut = layer.cut().mottled(5, 0.25).rim(2, 4, "#f0eee4", 0.35).wobbled(3, 1.5, 20).blurred(0.7)
    afloat(canvas, cut, foot[1], 9, 0.35)


def bakery_window() -> Image.Image:
    """Five in the morning: the first loaves are in the window."""
    canvas = Canvas("#1a2433")
    canvas.texture(clouds(3, (300, 300)), 0.4)
    canvas.lay(_shop_front().cut().mottled(6, 0.35, (30, 90)).wobbled(3, 1.6))
    glow(canvas, (900, 420), 900, "#ffb866", 0.35)
    wet_ground(canvas, 985, "#141b26", 12, 0.7)
    for x in (560, 900, 1240):
        canvas.shine("#ffbe70", spot(x, 1090, 240, 180, 1.4), 0.28)
    beam(canvas, [(380, 985), (1420, 985), (1640, 1200), (160, 1200)], "#ffb866", 0.16, 30)
    early = Layer()
    person(early, (1560, 1080), 560, Clothes("#10151d", "#0c1017", "#2a211e", "#0e131a"), 0.03, 0.04)
    canvas.lay(early.cut().rim(6, 2, "#ffbe78", 0.8, 3).wobbled(4, 5, 20).blurred(3))
    rain = levels(clouds(8, (3, 90), 2), 168, 215)
    canvas.shine("#9fb0c8", rain.transform((W, H), Image.Transform.AFFINE, (1, 0.12, 0, 0, 1, 0)), 0.14)
    return developed(canvas, 10, bloom=0.5)


def _shop_front() -> Layer:
    layer, luck, wood = Layer(), Random(2), "#1d3436"
    for y in range(0, 200, 26):
        for x in range(-30 - (y // 26 % 2) * 30, W, 62):
            layer.box(x, y, x + 59, y + 23, mix("#2b3038", "#3f3a3c", luck.random()))
    layer.box(270, 150, 1530, 990, wood)
    layer.box(250, 130, 1550, 160, mix(wood, "#ffffff", 0.1))
    layer.box(300, 172, 1500, 268, mix(wood, "#000000", 0.25))
    layer.box(312, 182, 1488, 258, mix(wood, "#8a6d3f", 0.12))
    layer.box(340, 290, 1110, 880, "#f2b465")
    layer.box(1180, 290, 1440, 985, mix(wood, "#000000", 0.2))
    layer.box(1206, 316, 1414, 760, "#eaa955")
    _shelves(layer, luck)
    for x in (340, 596, 853, 1110):
        layer.box(x - 8, 284, x + 8, 884, wood)
    layer.box(336, 372, 1110, 380, wood)
    layer.box(330, 876, 1120, 906, mix(wood, "#ffffff", 0.08))
    for x in (360, 610, 860):
        layer.box(x, 920, x + 220, 972, mix(wood, "#000000", 0.3))
    layer.box(1310 - 4, 316, 1310 + 4, 760, wood)
    layer.oval(1226, 800, 9, 9, "#c9a255")
    layer.box(1206, 780, 1414, 960, mix(wood, "#000000", 0.35))
    return layer


def _shelves(layer: Layer, luck: Random) -> None:
    for x in range(350, 1110, 10):
        layer.box(x, 380, x + 10, 876, mix("#f4bd72", "#d18d45", abs(x - 730) / 400 + luck.random() * 0.06))
    person(layer, (770, 960), 450, Clothes("#e9d3ac", "#5a3a26", "#7a4c30", "#f3e3c2"), 0.03, 0.1)
    layer.box(640, 730, 885, 876, "#7d4c26")
    layer.box(632, 722, 893, 736, "#9a6535")
    for y in (520, 640):
        layer.box(352, y, 640, y + 9, "#6b3f1f")
        layer.box(880, y, 1102, y + 9, "#6b3f1f")
    for y, spans in (
        (520, ((360, 640), (890, 1100))),
        (640, ((360, 640), (890, 1100))),
        (800, ((352, 1100),)),
        (872, ((352, 1100),)),
    ):
        for start, end in spans:
            reached = start + 26.0
            while reached < end - 20:
                reached += _loaf(layer, luck, reached, y)
    for x in (470, 730, 990):
        layer.line([(x, 290), (x, 402)], 3, "#3a2a1a")
        layer.poly([(x - 40, 436), (x - 16, 402), (x + 16, 402), (x + 40, 436)], "#2f3b38")
        layer.oval(x, 438, 22, 14, "#fff6da")


def _loaf(layer: Layer, luck: Random, x: float, y: float) -> float:
    crust = mix("#7a4218", "#d08c40", luck.random())
    wide, high = luck.choice(((26, 20), (44, 22), (33, 30)))
    layer.curve(
        [(x - wide, y), (x - wide * 0.9, y - high), (x, y - high * 1.6), (x + wide * 0.9, y - high), (x + wide, y)],
        crust,
    )
    layer.curve(
        [
            (x - wide * 0.7, y - high * 0.8),
            (x, y - high * 1.45),
            (x + wide * 0.6, y - high * 0.9),
            (x, y - high * 1.05),
        ],
        mix(crust, "#f5cf8a", 0.5),
    )
    for cut in (-0.4, 0, 0.4):
        layer.line(
            [(x + wide * cut - 5, y - high * 1.2), (x + wide * cut + 6, y - high * 0.75)], 3, mix(crust, "#fff0cc", 0.6)
        )
    return wide * 2 + luck.uniform(3, 12)
