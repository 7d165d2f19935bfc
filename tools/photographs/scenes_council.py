"""The council chamber."""

from math import cos, pi, sin

from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Layer, mix
from .finish import developed
from .light import beam, glow, gradient, sideways, spot
from .noise import H, W, clouds, levels


def council_chamber() -> Image.Image:
    """The chamber before the meeting, with the mayor's chair empty."""
    canvas = Canvas()
    canvas.image = gradient([(0, "#54402c"), (300, "#7d5f3f"), (700, "#5e4329"), (H, "#2c1d13")])
    _panelling(canvas)
    for x in (330, 1470):
        _tall_window(canvas, x)
    _dais(canvas)
    for row in range(6):
        _bench(canvas, row)
    for x, lean in ((330, 420), (1470, -260)):
        beam(canvas, [(x - 90, 120), (x + 90, 120), (x + lean + 260, 1150), (x + lean - 60, 1150)], "#ffedc8", 0.17, 26)
    _chandelier(canvas)
    return developed(canvas, 13, bloom=0.5, edge=0.4)


def _panelling(canvas: Canvas) -> None:
    layer = Layer()
    layer.box(0, 0, W, 96, "#b9a582")
    for x in range(0, W, 40):
        layer.box(x, 74, x + 22, 96, "#8f7a58")
    layer.box(0, 96, W, 112, "#d0bd98")
    for x in range(20, W, 148):
        for top, bottom in ((136, 400), (420, 690)):
            layer.box(x, top, x + 128, bottom, "#6e5031")
            layer.box(x + 12, top + 12, x + 116, bottom - 12, "#835f3b")
            layer.line([(x + 12, bottom - 12), (x + 116, bottom - 12), (x + 116, top + 12)], 3, "#a67e50")
    canvas.lay(layer.cut().mottled(5, 0.3, (12, 160)).wobbled(2, 1.4))
    canvas.darken("#3a2818", ImageChops.invert(spot(900, 420, 1100, 700, 0.9)), 0.6)


def _tall_window(canvas: Canvas, x: float) -> None:
    layer = Layer()
    layer.box(x - 128, 110, x + 128, 720, "#4a3420")
    arch = [
        (x - 100, 700),
        *[(x - cos(pi * i / 20) * 100, 230 - sin(pi * i / 20) * 96) for i in range(21)],
        (x + 100, 700),
    ]
    layer.poly(arch, "#eef0e6")
    for dx in (-50, 0, 50):
        layer.line([(x + dx, 700), (x + dx, 150 if dx else 136)], 5, "#6d5a43")
    for y in range(230, 700, 94):
        layer.line([(x - 100, y), (x + 100, y)], 5, "#6d5a43")
    for side in (-1, 1):
        drape = [
            (x + side * 150, 110),
            (x + side * 60, 110),
            (x + side * 74, 300),
            (x + side * 108, 470),
            (x + side * 112, 720),
            (x + side * 156, 720),
        ]
        layer.poly(drape, "#6a2724")
        for fold in range(4):
            layer.thread(
                [
                    (x + side * (146 - fold * 19), 112),
                    (x + side * (142 - fold * 12), 420),
                    (x + side * (148 - fold * 9), 718),
                ],
                5,
                "#471817",
            )
    canvas.lay(
        layer.cut().tinted("#c3d2d6", levels(clouds(int(x), (110, 80)), 120, 210), 0.35).mottled(2, 0.2).wobbled(3, 1.5)
    )
    glow(canvas, (x, 400), 420, "#fff2d6", 0.45)


def _dais(canvas: Canvas) -> None:
    layer = Layer()
    layer.box(690, 150, 1110, 700, "#57391f")
    layer.poly([(670, 160), (900, 84), (1130, 160)], "#74502e")
    layer.oval(900, 262, 76, 76, "#b48a4a")
    layer.oval(900, 262, 64, 64, "#2f4a5c")
    layer.poly([(858, 276), (942, 276), (928, 300), (872, 300)], "#e8d4a2")
    layer.line([(900, 276), (900, 214)], 5, "#e8d4a2")
    layer.poly([(905, 218), (938, 266), (905, 266)], "#e8d4a2")
    layer.poly([(895, 226), (866, 266), (895, 266)], "#d9c08a")
    for wave in range(2):
        layer.thread([(846 + i * 12, 308 + wave * 10 + (i % 2) * 5) for i in range(10)], 3, "#cfd8d6")
    layer.curve([(820, 640), (822, 410), (850, 372), (900, 352), (950, 372), (978, 410), (980, 640)], "#3d2613")
    layer.curve([(840, 630), (842, 425), (868, 394), (900, 384), (932, 394), (958, 425), (960, 630)], "#7d2b28")
    for x, y in ((870, 440), (930, 440), (900, 480), (870, 520), (930, 520), (900, 560)):
        layer.oval(x, y, 4, 4, "#4c1614")
    layer.box(560, 610, 1240, 745, "#5d3d22")
    layer.box(546, 600, 1254, 620, "#8d6239")
    for x in range(576, 1230, 112):
        layer.box(x, 634, x + 92, 734, "#714c2b")
    layer.poly([(640, 600), (720, 600), (730, 588), (650, 588)], "#efe6d0")
    layer.poly([(1060, 600), (1150, 600), (1140, 588), (1070, 588)], "#efe6d0")
    layer.box(880, 574, 886, 600, "#2a2a2a")
    canvas.lay(layer.cut().mottled(8, 0.22, (110, 12)).rim(0, 3, "#e6c48d", 0.35).wobbled(4, 1.5))


def _bench(canvas: Canvas, row: int) -> None:
    layer, share = Layer(), row / 5
    y, rx = 760 + 400 * share**1.25, 520 + 760 * share
    deep, high = 44 + 70 * share, 34 + 92 * share
    for side in (-1, 1):
        arc = [
            (900 + side * (120 + 60 * share + rx * sin(i / 24 * pi / 2)), y - deep * 1.6 * (1 - cos(i / 24 * pi / 2)))
            for i in range(25)
        ]
        layer.poly([*arc, *[(x, b + high) for x, b in reversed(arc)]], mix("#6b4526", "#2b1a10", share * 0.7))
        layer.poly([*[(x, b - high * 0.28) for x, b in arc], *reversed(arc)], mix("#a8763f", "#5a3c22", share * 0.7))
        for i in range(2, 24, 4):
            x, b = arc[i]
            layer.poly(
                [
                    (x - 20 - 16 * share, b - high * 0.1),
                    (x + 20 + 16 * share, b - high * 0.14),
                    (x + 18 + 14 * share, b - high * 0.24),
                    (x - 16 - 14 * share, b - high * 0.22),
                ],
                "#e5dcc4",
            )
            layer.line([(x + 34, b - high * 0.14), (x + 34, b - high * 0.6)], 2 + 2 * share, "#1d1712")
            layer.oval(x + 34, b - high * 0.62, 4 + 3 * share, 6 + 4 * share, "#1d1712")
    canvas.lay(
        layer.cut()
        .mottled(row + 20, 0.2, (160, 10))
        .rim(0, 3, "#f0cf9a", 0.4, 2)
        .wobbled(row, 1.6)
        .blurred(0.5 + share**3 * 5)
    )


def _chandelier(canvas: Canvas) -> None:
    layer, lamps = Layer(), []
    layer.line([(900, 0), (900, 60)], 4, "#6d5230")
    for i in range(12):
        angle = 2 * pi * i / 12
        at = (900 + cos(angle) * 190, 92 + sin(angle) * 26)
        layer.thread([(900, 60), ((900 + at[0]) / 2, at[1] + 34), at], 4, "#8f6d3c")
        layer.box(at[0] - 3, at[1] - 26, at[0] + 3, at[1], "#fff3d3")
        lamps.append((at[0], at[1] - 28))
    canvas.lay(layer.cut().blurred(0.8))
    for at in lamps:
        glow(canvas, at, 90, "#ffdf9f", 0.8)
    canvas.shine("#ffdca0", spot(900, 110, 620, 360, 1.8).filter(ImageFilter.GaussianBlur(4)), 0.3)
    canvas.darken("#4a3624", sideways([(0, 0.5), (260, 0), (1560, 0), (W, 0.5)]), 0.8)
