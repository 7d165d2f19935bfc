"""The harbour by day and night: ferry, cranes and fishing boats."""

from random import Random

from PIL import Image

from .buildings import Row, terrace
from .canvas import Canvas, Layer, mix
from .figures import Paintwork, gull, ridge, trawler
from .finish import developed
from .light import cloud_cover, cloudy, glow, haze, ramp, sky, spot
from .noise import H, W
from .water import afloat, flood, sparkle


def ferry_dawn() -> Image.Image:
    """The first ferry comes in under a low sun."""
    canvas, line = Canvas(), 690
    sky(canvas, [(0, "#5d7391"), (260, "#93a0ab"), (480, "#d9b99a"), (620, "#f2cf9c"), (690, "#f6d9ac")])
    cloudy(canvas, cloud_cover(4, line, (900, 130)), "#f7d3a6", "#8f8a98", (118, 215))
    glow(canvas, (1270, 640), 760, "#ffd9a0", 0.85)
    glow(canvas, (1270, 650), 130, "#fff3d6", 1)
    for depth, (base, height, colour) in enumerate([(668, 110, "#b9a99c"), (680, 66, "#93908f"), (690, 34, "#6d7479")]):
        hills = Layer()
        ridge(hills, 20 + depth * 9, base, height, colour, 520 - 90 * depth, line + 2)
        canvas.lay(hills.cut().blurred(2.2 - depth * 0.5))
    haze(canvas, "#f3d3aa", [(560, 0), (690, 0.5), (692, 0)])
    canvas.lay(_ferry().cut().mottled(3, 0.25).rim(-5, 3, "#ffdca6", 0.7).wobbled(5, 1.2).blurred(0.8))
    flood(canvas, line, "#31465a", 8, 1, 0.86)
    sparkle(canvas, line, spot(1270, 800, 420, 520, 1.2), "#ffe2ae", 5, 0.9)
    _wake(canvas)
    _quay(canvas)
    return developed(canvas, 1)


def _ferry() -> Layer:
    layer, hull, house = Layer(), "#23323f", "#3b4a55"
    layer.poly([(395, 640), (1010, 632), (1045, 604), (1052, 606), (1012, 697), (430, 697)], hull)
    layer.poly([(430, 641), (430, 560), (452, 548), (905, 548), (935, 580), (962, 634)], house)
    layer.poly([(500, 549), (508, 500), (850, 500), (882, 549)], mix(house, "#ffffff", 0.08))
    layer.poly([(720, 501), (728, 452), (828, 452), (850, 501)], house)
    layer.poly([(566, 500), (578, 418), (640, 418), (646, 500)], "#6b3a34")
    layer.box(574, 440, 643, 452, "#d8cbb8")
    layer.line([(776, 452), (776, 372)], 5, hull)
    layer.line([(752, 398), (800, 398)], 3, hull)
    for row, (y, start, end) in enumerate(((606, 452, 900), (570, 470, 890), (522, 525, 840))):
        for x in range(start, end, 34):
            layer.box(x, y, x + 19, y + 11, "#ffd894" if (x * 7 + row) % 5 else "#6d665c")
    layer.box(735, 466, 836, 482, "#ffe2a6")
    layer.line([(400, 668), (1022, 662)], 4, "#b9ad9b")
    for x in range(455, 930, 22):
        layer.line([(x, 548), (x, 538)], 1.2, hull)
    layer.line([(452, 538), (905, 538)], 1.4, hull)
    return layer


def _wake(canvas: Canvas) -> None:
    foam = Layer()
    foam.poly([(1040, 694), (1065, 700), (1130, 716), (1010, 704), (420, 706), (250, 728), (395, 697)], "#efe2cd")
    canvas.lay(foam.cut().mottled(9, 0.9, (30, 6)).wobbled(2, 8, 12).blurred(2.5).faint(0.6))


def _quay(canvas: Canvas) -> None:
    stone = Layer()
    stone.poly([(0, 1085), (760, 1130), (900, 1200), (0, 1200)], "#141a20")
    stone.poly(
        [(205, 1100), (208, 1010), (190, 1000), (190, 965), (318, 965), (318, 1000), (300, 1010), (306, 1110)],
        "#10151a",
    )
    stone.oval(254, 966, 64, 14, "#1b232a")
    stone.thread([(300, 1040), (420, 1092), (640, 1110), (980, 1085), (1400, 1010), (1830, 900)], 9, "#11161b")
    for turn in range(4):
        stone.thread([(196, 1022 + turn * 15), (252, 1034 + turn * 15), (308, 1020 + turn * 15)], 11, "#2a2e30")
    canvas.lay(stone.cut().mottled(31, 0.5, (40, 30)).rim(-3, 3, "#e9b98a", 0.5).wobbled(8, 2).blurred(2.2))
    birds = Layer()
    for at, span in (((1420, 330), 34), ((1505, 290), 24), ((1330, 262), 17), ((600, 300), 14)):
        gull(birds, at, span, "#39424e", 0.1)
    canvas.lay(birds.cut().blurred(0.8))


def harbour_cranes() -> Image.Image:
    """The cranes of the east quay against the last of the light."""
    canvas, line = Canvas(), 820
    sky(canvas, [(0, "#16263d"), (330, "#2f4a68"), (560, "#7d7f8c"), (700, "#cf8f66"), (790, "#eaa868")])
    cloudy(canvas, cloud_cover(15, line, (1000, 120)), "#e39a6c", "#2c3d55", (125, 205), 10)
    glow(canvas, (420, 800), 620, "#ff9f55", 0.6)
    town = Layer()
    ridge(town, 70, 812, 46, "#54515e", 300, 830)
    canvas.lay(town.cut().blurred(2))
    for x, size, colour in (
        (1490, 0.52, "#3f4250"),
        (1220, 0.64, "#323644"),
        (860, 0.84, "#232835"),
        (330, 1.08, "#151a25"),
    ):
        layer = Layer()
        _crane(layer, x, 806, size, colour)
        canvas.lay(layer.cut().rim(3, 2, "#f0a066", 0.5, 1).blurred(0.6))
    canvas.lay(_containers().cut().mottled(6, 0.4, (50, 50)).rim(3, 3, "#e0935c", 0.35))
    lamps = [
        (1490, 400),
        (1220, 352),
        (860, 262),
        (330, 140),
        (620, 726),
        (1010, 724),
        (1330, 736),
        (1650, 740),
        (170, 722),
    ]
    for x, y in lamps:
        glow(canvas, (x, y), 70, "#ff6a4d" if y < 500 else "#ffe0a0", 0.9)
    flood(canvas, line, "#101b2b", 3, 1.1, 0.9)
    sparkle(canvas, line, spot(430, 900, 460, 330, 1.3), "#ffb877", 5, 0.7)
    _tug(canvas)
    return developed(canvas, 2)


def _crane(layer: Layer, x: float, ground: float, size: float, colour: str) -> None:
    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * size, ground - dy * size

    for side in (-1, 1):
        layer.line([at(side * 82, 0), at(side * 46, 250)], 13 * size, colour)
        layer.line([at(side * 82, 0), at(-side * 40, 150)], 5 * size, colour)
        layer.box(*at(side * 82 - 26, 16), *at(side * 82 + 26, 0), colour)
    layer.box(*at(-60, 268), *at(60, 240), colour)
    layer.box(*at(-66, 152), *at(66, 140), colour)
    layer.poly([at(-92, 345), at(-92, 275), at(52, 275), at(52, 325), at(10, 345)], colour)
    layer.box(*at(14, 332), *at(46, 302), "#ffd596")
    apex, heel, tip = (-8.0, 515.0), (38.0, 300.0), (400.0, 610.0)
    layer.line([at(-70, 340), at(*apex)], 9 * size, colour)
    layer.line([at(28, 340), at(*apex)], 9 * size, colour)
    _lattice(layer, at(*heel), at(*tip), 30 * size, colour, 5 * size)
    layer.line([at(*apex), at(*tip)], 3 * size, colour)
    layer.line([at(*apex), at(220, 470)], 3 * size, colour)
    layer.line([at(*apex), at(-130, 400)], 6 * size, colour)
    layer.box(*at(-160, 405), *at(-110, 350), colour)
    layer.line([at(*tip), at(400, 235)], 2.2 * size, colour)
    layer.box(*at(388, 240), *at(412, 214), colour)


def _lattice(
    layer: Layer, start: tuple[float, float], end: tuple[float, float], depth: float, colour: str, width: float
) -> None:
    steps = 15

    def along(step: float, side: float) -> tuple[float, float]:
        share = step / steps
        thick = depth * (1 - 0.75 * share) * side
        return start[0] + (end[0] - start[0]) * share - thick * 0.55, start[1] + (
            end[1] - start[1]
        ) * share - thick * 0.65

    layer.line([along(0, 0), along(steps, 0)], width, colour)
    layer.line([along(0, 1), along(steps, 1)], width, colour)
    for step in range(steps):
        layer.line([along(step, step % 2), along(step + 1, (step + 1) % 2)], width * 0.5, colour)


def _containers() -> Layer:
    layer, luck = Layer(), Random(12)
    tones = ["#4b2f2c", "#2b3a44", "#3c3f33", "#50402b", "#2a2e38", "#443b3d"]
    for left in (20, 520, 930, 1130, 1380, 1600):
        for column in range(3):
            for row in range(luck.choice((1, 2, 3))):
                x, y = left + column * 74, 818 - row * 31
                colour = luck.choice(tones)
                layer.box(x, y - 30, x + 72, y, colour)
                for rib in range(4, 72, 6):
                    layer.line([(x + rib, y - 28), (x + rib, y - 2)], 1, mix(colour, "#000000", 0.35))
    layer.box(0, 812, W, 826, "#10141c")
    for x in range(0, W, 60):
        layer.line([(x, 818), (x, 840)], 5, "#0c1017")
    return layer


def _tug(canvas: Canvas) -> None:
    tug = Layer()
    trawler(tug, (1310, 985), 300, Paintwork("#0f141c", "#3a3d44", "#1b222c", "#0d0f14"))
    afloat(canvas, tug.cut().rim(4, 2, "#e9a26b", 0.55).wobbled(3, 1.5).blurred(0.8), 992, 5, 0.9)
    glow(canvas, (1316, 805), 60, "#fff0c8", 0.9)
    glow(canvas, (1395, 905), 40, "#ffd08a", 0.7)


def fishing_boats() -> Image.Image:
    """Three boats tied up on a still grey morning."""
    canvas, line = Canvas(), 640
    sky(canvas, [(0, "#aab4b8"), (350, "#c6cbc9"), (640, "#dcdcd3")])
    cloudy(canvas, cloud_cover(33, line), "#e8e6de", "#93a0a6", (110, 220))
    wall = Layer()
    ridge(wall, 52, 520, 120, "#a9b3b0", 480, line)
    canvas.lay(wall.cut().blurred(3))
    houses = Layer()
    terrace(houses, Row(592), 5)
    canvas.lay(houses.cut().mottled(4, 0.35, (40, 40)).wobbled(3, 2.2).blurred(1.6))
    haze(canvas, "#d8dad3", [(330, 0.15), (600, 0.45), (640, 0.25)])
    quay = Layer()
    quay.box(0, 590, W, 644, "#6d6f6a")
    quay.box(0, 586, W, 594, "#8f8f86")
    canvas.lay(quay.cut().mottled(8, 0.35, (40, 12)).blurred(0.8))
    flood(canvas, line, "#4d5a5c", 21, 0.6, 0.85)
    sparkle(canvas, line, spot(900, 960, 1200, 500, 0.8), "#eef0ea", 3, 0.25)
    fleet = [
        ((1430, 668), 470, Paintwork("#7d4a40", "#d9d2bf", "#c9c7ba"), True),
        ((330, 694), 540, Paintwork("#3e5c57", "#cfc7ae", "#b9b8ab"), False),
        ((880, 770), 780, Paintwork("#34506a", "#cfb36a", "#d7d3c5"), False),
    ]
    for at, length, paint, flip in fleet:
        boat = Layer()
        trawler(boat, at, length, paint, flip)
        cut = boat.cut().mottled(14, 0.28, (40, 60)).rim(0, 5, "#f1efe4", 0.35, 3).wobbled(7, 2, 20)
        afloat(canvas, cut, at[1] + length * 0.02, round(length))
    canvas.wash("#2d3a3d", ramp([(H - 330, 0), (H, 0.4)]))
    return developed(canvas, 3, edge=0.4)
