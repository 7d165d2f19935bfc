"""The coast outside the harbour: lighthouse, oyster beds and a gale."""

from random import Random

from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Cut, Layer, mix
from .figures import Camera, Clothes, gull, person, ridge
from .finish import developed
from .light import beam, cloud_cover, cloudy, glow, gradient, haze, ramp, sideways, sky, spot
from .noise import H, W, clouds, levels, plane
from .water import flood


def lighthouse() -> Image.Image:
    """The light on the point, an hour after sunset."""
    canvas, line = Canvas(), 770
    sky(canvas, [(0, "#1d2b48"), (300, "#3c5275"), (560, "#8b8ea3"), (700, "#d3a894"), (770, "#e6bd97")])
    cloudy(canvas, cloud_cover(62, line, (800, 150)), "#d9a394", "#38496a", (130, 210))
    _stars(canvas)
    far = Layer()
    ridge(far, 90, 765, 60, "#6d7189", 420, line + 1)
    canvas.lay(far.cut().blurred(2))
    fade = sideways([(0, 0.1), (600, 0.32), (1000, 0.6), (1232, 1)])
    beam(canvas, [(1232, 282), (-60, 96), (-60, 340), (1232, 296)], "#fff0c4", 0.62, 12, fade)
    beam(canvas, [(1232, 282), (1860, 215), (1860, 330), (1232, 296)], "#fff0c4", 0.26, 16)
    flood(canvas, line, "#2c405c", 5, 1.5, 0.82)
    canvas.wash(
        "#aab4c4",
        ImageChops.multiply(levels(clouds(9, (900, 40), 5), 120, 200), ramp([(line, 0), (860, 0.6), (1050, 0.25)])),
    )
    _headland(canvas)
    _tower(canvas)
    _surf(canvas)
    return developed(canvas, 4)


def _stars(canvas: Canvas) -> None:
    layer, luck = Layer(), Random(3)
    for _ in range(90):
        y = luck.random() ** 2 * 420
        layer.oval(luck.uniform(0, W), y, 1.1, 1.1, mix("#5a6d8c", "#f4f0e4", luck.random()))
    canvas.lay(layer.cut().blurred(0.6).faint(0.8))


def _headland(canvas: Canvas) -> None:
    rock = Layer()
    rock.poly(
        [
            (700, 1010),
            (760, 960),
            (830, 930),
            (880, 860),
            (960, 832),
            (1020, 780),
            (1100, 752),
            (1190, 728),
            (1330, 722),
            (1460, 690),
            (1620, 664),
            (1900, 590),
            (1900, 1300),
            (860, 1300),
            (790, 1090),
        ],
        "#232a35",
    )
    cut = rock.cut().wobbled(4, 34, 24).wobbled(8, 12, 12).mottled(17, 0.6, (120, 70), 6)
    canvas.lay(cut.rim(5, 9, "#b88f83", 0.55, 3).wobbled(5, 4, 12))
    _crags(canvas, cut)
    grass = Layer()
    luck = Random(8)
    for _ in range(900):
        x = luck.uniform(1080, 1800)
        y = 750 - (x - 1080) * 0.18 + luck.uniform(-12, 60)
        grass.line(
            [(x, y), (x + luck.uniform(-6, 10), y - luck.uniform(8, 26))],
            1.6,
            mix("#20262b", "#6d6558", luck.random() ** 2),
        )
    canvas.lay(grass.cut())


def _crags(canvas: Canvas, rock: Cut) -> None:
    luck = Random(27)
    for step in range(5):
        layer = Layer()
        for _ in range(34):
            x, y, size = luck.uniform(780, 1800), luck.uniform(740, 1200) + step * 12, luck.uniform(26, 90)
            if y < 1010 - (x - 700) * 0.36:
                continue
            slab = [
                (x - size, y + size * 0.6),
                (x - size * 0.7, y - size * luck.uniform(0.1, 0.4)),
                (x + size * 0.1, y - size * luck.uniform(0.3, 0.6)),
                (x + size, y - size * luck.uniform(0, 0.3)),
                (x + size * 0.9, y + size * 0.7),
            ]
            layer.poly(slab, mix("#1a2029", "#3b414d", luck.random()))
        cut = layer.cut().wobbled(step, 16, 12).mottled(step + 3, 0.6, (50, 40)).rim(3, 6, "#a5857f", 0.4, 2)
        canvas.lay(cut.through(rock.shape).faint(0.9))


def _tower(canvas: Canvas) -> None:
    layer = Layer()
    layer.poly([(1150, 745), (1182, 345), (1284, 345), (1316, 745)], "#c9c6c6")
    layer.poly([(1166, 540), (1173, 455), (1293, 455), (1300, 540)], "#8b4a45")
    layer.poly([(1150, 745), (1153, 705), (1313, 705), (1316, 745)], "#8a8789")
    for y in (410, 585, 660):
        layer.box(1226, y - 14, 1242, y + 14, "#2b2f3a" if y != 585 else "#ffdc98")
    layer.box(1164, 334, 1302, 350, "#2b303c")
    for x in range(1168, 1302, 14):
        layer.line([(x, 334), (x, 312)], 1.5, "#2b303c")
    layer.line([(1164, 312), (1302, 312)], 2, "#2b303c")
    layer.poly([(1310, 742), (1310, 660), (1360, 622), (1500, 622), (1540, 660), (1540, 720)], "#a9a6a8")
    layer.poly([(1296, 664), (1350, 606), (1508, 606), (1556, 664)], "#3b3d49")
    layer.box(1440, 584, 1466, 610, "#6d6466")
    for x in (1352, 1424, 1490):
        layer.box(x, 676, x + 24, 706, "#ffd48c" if x != 1424 else "#3b4250")
    shade = sideways([(1160, 0), (1230, 0.25), (1310, 0.85), (1345, 0.35), (1560, 0.7)])
    canvas.lay(layer.cut().tinted("#2e3a55", shade, 0.8).mottled(6, 0.35, (40, 60)).wobbled(2, 1.6))
    lamp = Layer()
    lamp.box(1196, 258, 1270, 334, "#fff3cf")
    for x in (1196, 1214, 1233, 1252, 1270):
        lamp.line([(x, 258), (x, 334)], 3, "#3a3434")
    lamp.poly([(1188, 260), (1210, 232), (1256, 232), (1278, 260)], "#2b303c")
    lamp.line([(1233, 232), (1233, 204)], 4, "#2b303c")
    canvas.lay(lamp.cut())
    glow(canvas, (1233, 292), 330, "#ffe8b4", 1)
    glow(canvas, (1364, 690), 70, "#ffc878", 0.6)
    glow(canvas, (1502, 690), 70, "#ffc878", 0.6)


def _surf(canvas: Canvas) -> None:
    shore = spot(850, 1050, 420, 190, 1.1)
    veil = ImageChops.multiply(levels(clouds(71, (260, 60), 6), 100, 190), shore)
    canvas.wash("#d5d3d8", veil.filter(ImageFilter.GaussianBlur(5)), 0.85)
    canvas.wash("#182233", ramp([(1040, 0), (H, 0.6)]))


def oyster_beds() -> Image.Image:
    """The trestles at low water on a bright grey morning."""
    canvas, view = Canvas(), Camera(430, 980, 1300, 2.4)
    sky(canvas, [(0, "#8d9ca6"), (230, "#b9c1c2"), (430, "#ebe3d2")])
    cloudy(canvas, cloud_cover(55, 430, (900, 150)), "#f4ecdc", "#7e8c96", (112, 205), 14)
    glow(canvas, (1250, 380), 520, "#fff1d0", 0.65)
    for seed, base, height, colour in ((3, 424, 44, "#b3b6b2"), (8, 430, 24, "#8b9292")):
        far = Layer()
        ridge(far, seed, base, height, colour, 620, 434)
        canvas.lay(far.cut().blurred(1.6))
    flood(canvas, 430, "#8a8f8c", 2, 0.8, 0.95)
    _mud(canvas)
    _trestles(canvas, view)
    _oystermen(canvas, view)
    haze(canvas, "#ece4d4", [(400, 0), (432, 0.5), (620, 0)])
    birds = Layer()
    for at, span in (((420, 210), 30), ((500, 180), 22), ((1480, 140), 18)):
        gull(birds, at, span, "#5a646b", -0.08)
    canvas.lay(birds.cut().blurred(0.8))
    return developed(canvas, 5)


def _mud(canvas: Canvas) -> None:
    shape = levels(plane(23, 430, 9, 2.2), 112, 150)
    fine = plane(29, 430, 1.4, 1.5)
    ground = Canvas()
    ground.image = gradient([(430, "#b3aa99"), (640, "#7d766b"), (H, "#4a463f")])
    ground.texture(fine, 0.45)
    ground.shine("#f6ead2", levels(fine, 165, 205), 0.5)
    canvas.paste(ground.image, ImageChops.multiply(shape, ramp([(438, 0), (520, 1)])))


def _trestles(canvas: Canvas, view: Camera) -> None:
    luck = Random(11)
    for z in [4.2 + 0.86 * i * (1 + i * 0.016) for i in range(58)][::-1]:
        layer = Layer()
        tone = min(1.0, z / 62)
        for row in range(-9, 9):
            x = row * 3.0 + 0.8
            if abs(x) > z * 0.95 + 2:
                continue
            _bag(
                layer,
                view,
                x + luck.uniform(-0.04, 0.04),
                z,
                mix("#2a2b28", "#9c9a92", tone),
                mix("#5c5a4e", "#c2bdb0", tone),
            )
        canvas.lay(
            layer.cut() if z > 9 else layer.cut().mottled(int(z * 10), 0.4, (16, 10)).blurred(max(0.4, 9 - z * 1.3))
        )


def _bag(layer: Layer, view: Camera, x: float, z: float, dark: str, top: str) -> None:
    layer.poly(view.floor(x + 0.1, x + 1.5, z - 0.1, z + 0.6), mix("#3a3833", "#b3aa99", min(1, z / 40)))
    for side in (x, x + 1.2):
        layer.line([view.at(side, 0, z), view.at(side, 0.55, z)], view.size(z) * 0.035, dark)
    layer.poly(view.front(x - 0.05, x + 1.25, 0.0, 0.03, z), mix(dark, "#000000", 0.2))
    layer.poly(view.front(x, x + 1.2, 0.5, 0.66, z), dark)
    layer.poly(view.floor(x + 0.02, x + 1.18, z, z + 0.62, 0.67), top)
    for step in (0.3, 0.6, 0.9):
        layer.line([view.at(x + step, 0.52, z), view.at(x + step, 0.66, z)], view.size(z) * 0.02, mix(dark, top, 0.5))


def _oystermen(canvas: Canvas, view: Camera) -> None:
    layer = Layer()
    for x, z, coat in ((-2.1, 12.5, "#7a5a2e"), (-0.4, 17, "#37464c"), (5.0, 26, "#4a4a46")):
        person(layer, view.at(x, 0, z), view.size(z) * 1.8, Clothes(coat, "#2a302e", "#8f7260", "#30343a"), 0.05, 0.09)
    x, y = view.at(-7.2, 0, 24)
    for dx, r in ((0, 48), (96, 30)):
        layer.oval(x + dx, y - r, r, r, "#23282a")
        layer.oval(x + dx, y - r, r * 0.45, r * 0.45, "#6d6a5e")
    layer.poly(
        [
            (x - 34, y - 60),
            (x - 30, y - 150),
            (x + 44, y - 150),
            (x + 50, y - 92),
            (x + 120, y - 84),
            (x + 122, y - 50),
        ],
        "#7d3f33",
    )
    layer.box(x - 20, y - 140, x + 34, y - 98, "#b9c2c2")
    cut = layer.cut().rim(-3, 2, "#f5e6c8", 0.6).wobbled(4, 1.6, 20).blurred(0.7)
    canvas.lay(cut)


def storm_sea() -> Image.Image:
    """A wave goes over the breakwater."""
    canvas = Canvas()
    sky(canvas, [(0, "#2b343c"), (280, "#4b5860"), (460, "#8e979a"), (560, "#b9bcb6")])
    cloudy(canvas, cloud_cover(81, 600, (700, 220)), "#8f999c", "#262f37", (100, 185), 22)
    glow(canvas, (420, 520), 560, "#e2dcc8", 0.4)
    for step in range(9):
        _wave(canvas, step)
        if step == 4:
            _breakwater(canvas)
            _burst(canvas)
    canvas.shine("#c9d2d2", levels(clouds(4, (700, 300), 4), 130, 230), 0.2)
    _spray(canvas)
    return developed(canvas, 6, 0.055)


def _wave(canvas: Canvas, step: int) -> None:
    share = step / 8
    base, height = 575 + 560 * share**1.5, 16 + 150 * share
    colour = mix("#66757a", "#1d3138", share**0.7)
    layer = Layer()
    ridge(layer, 200 + step * 13, base, height, colour, 170 + 520 * share)
    lit = ramp([(base - height, 0.75), (base + height * 0.35, 0)])
    cut = layer.cut().tinted("#6f9089", lit, 0.55).mottled(step + 5, 0.42, (160 + 200 * share, 22 + 40 * share), 6)
    bare = cut.wobbled(step, 6 + 16 * share, 12)
    foamy = cut.rim(0, 5 + 22 * share, "#e6ebe8", 0.9, 2 + 7 * share).wobbled(step, 6 + 16 * share, 12)
    canvas.lay(bare)
    canvas.lay(foamy.through(levels(clouds(500 + step, (200 + 260 * share, 60 + 60 * share), 6), 122, 168)))
    streaks = levels(clouds(300 + step, (260 + 300 * share, 26 + 26 * share), 6), 150, 205)
    canvas.wash(
        "#d9e0de",
        ImageChops.multiply(ImageChops.multiply(streaks, ramp([(base - 30, 0), (base + 60, 1)])), cut.shape),
        0.5,
    )


def _breakwater(canvas: Canvas) -> None:
    layer = Layer()
    layer.poly([(1800, 700), (1800, 900), (960, 830), (960, 690)], "#2a2d2f")
    layer.poly([(1800, 672), (1800, 712), (960, 700), (952, 684)], "#474a49")
    layer.poly([(1056, 690), (1068, 470), (1128, 470), (1140, 690)], "#5c5f60")
    layer.box(1058, 458, 1138, 472, "#2c3033")
    layer.box(1076, 412, 1120, 460, "#d9d2b4")
    layer.poly([(1068, 414), (1098, 382), (1128, 414)], "#2c3033")
    layer.poly([(1063, 560), (1066, 515), (1130, 515), (1133, 560)], "#733b35")
    for x in range(1200, 1800, 75):
        layer.line([(x, 690), (x, 640)], 4, "#2a2d2f")
    layer.line([(1160, 645), (1800, 634)], 3, "#2a2d2f")
    canvas.lay(layer.cut().mottled(9, 0.9, (50, 30)).wobbled(6, 2.5, 20).blurred(0.9))
    glow(canvas, (1098, 436), 120, "#ffe9b0", 0.8)


def _burst(canvas: Canvas) -> None:
    luck = Random(21)
    for arm in range(26):
        layer = Layer()
        angle = luck.uniform(-0.75, 0.65)
        reach = luck.uniform(190, 560) * (1 - abs(angle) * 0.45)
        x = 1330 + luck.uniform(-150, 160)
        for _ in range(150):
            far = luck.random() ** 0.7
            spread = 16 + 80 * far
            size = luck.uniform(2, 15) * (1.15 - far)
            at = (
                x + angle * reach * far + luck.gauss(0, spread * 0.5),
                740 - reach * far * (1.35 - 0.35 * far) + luck.gauss(0, spread * 0.4),
            )
            layer.oval(*at, size, size * 1.2, mix("#9aa5a8", "#f3f5f2", luck.random() ** 0.6))
        canvas.lay(layer.cut().wobbled(arm, 14, 12).blurred(1 + arm % 5 * 1.6).faint(0.62))
    mist = ImageChops.multiply(levels(clouds(44, (150, 190), 6), 105, 185), spot(1350, 620, 400, 400, 1))
    canvas.wash("#e9ecea", mist, 0.75)


def _spray(canvas: Canvas) -> None:
    layer, luck = Layer(), Random(77)
    for _ in range(900):
        x, y = luck.gauss(1350, 240), luck.gauss(560, 170)
        size = min(4.5, luck.expovariate(0.9) + 0.5)
        layer.oval(x, y, size, size * 1.1, "#eef1ee")
    canvas.lay(layer.cut().blurred(1).faint(0.75))
    birds = Layer()
    gull(birds, (520, 300), 44, "#e6e8e6", 0.2)
    gull(birds, (690, 380), 26, "#cfd5d6", -0.15)
    canvas.lay(birds.cut().blurred(1))
