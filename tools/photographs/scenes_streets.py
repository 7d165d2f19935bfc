"""On the move: railway station and bicycle lane."""

from itertools import pairwise
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageFilter

from .buildings import Facade, along
from .canvas import Canvas, Layer, mix
from .figures import Camera, Clothes, person, ridge, tree
from .finish import developed
from .light import cloud_cover, cloudy, glow, gradient, haze, ramp, sky, spot
from .noise import H, clouds, levels, plane


def railway_station() -> Image.Image:
    """The 7.12 arrives in the mist."""
    canvas, view = Canvas(), Camera(560, 760, 1150, 1.7)
    sky(canvas, [(0, "#8f9aa3"), (350, "#c3c6c4"), (560, "#ece0c8")])
    glow(canvas, (760, 540), 620, "#fff1d2", 0.6)
    for seed, base, height, tone in ((7, 556, 80, "#c9c5b8"), (12, 562, 46, "#aeaa9f")):
        far = Layer()
        ridge(far, seed, base, height, tone, 300)
        canvas.lay(far.cut().blurred(3))
    _yard(canvas)
    _track(canvas, view)
    _train(canvas, view)
    _platform(canvas, view)
    _canopy(canvas, view)
    _clock(canvas, view)
    haze(canvas, "#ebe1cd", [(380, 0), (560, 0.32), (680, 0.06), (800, 0)])
    glow(canvas, view.at(-3.1, 1.3, 30), 120, "#fff6dd", 1)
    glow(canvas, view.at(-1.5, 1.3, 30), 120, "#fff6dd", 1)
    glow(canvas, view.at(-2.3, 3.3, 30), 80, "#fff6dd", 0.9)
    _waiting(canvas, view)
    return developed(canvas, 14, edge=0.45)


def _yard(canvas: Canvas) -> None:
    layer, luck, x = Layer(), Random(8), -20.0
    while x < 640:
        wide, high = luck.uniform(50, 120), luck.uniform(24, 66)
        layer.box(x, 570 - high, x + wide, 572, mix("#8f8a80", "#b3ada0", luck.random()))
        layer.poly([(x - 3, 571 - high), (x + wide / 2, 545 - high), (x + wide + 3, 571 - high)], "#8a857d")
        x += wide * luck.uniform(0.9, 1.5)
    layer.poly([(428, 572), (436, 380), (458, 380), (466, 572)], "#a09789")
    canvas.lay(layer.cut().mottled(4, 0.3, (30, 30)).wobbled(3, 2).blurred(2.6))
    smoke = ImageChops.multiply(levels(clouds(31, (160, 70), 5), 110, 190), spot(540, 340, 190, 80, 1))
    canvas.wash("#f4eedf", smoke.filter(ImageFilter.GaussianBlur(4)), 0.7)


def _track(canvas: Canvas, view: Camera) -> None:
    ground = Canvas()
    ground.image = gradient([(560, "#c9c0ae"), (700, "#77706a"), (H, "#39363a")])
    ground.texture(plane(3, 560, 0.6, 1), 0.4)
    canvas.paste(ground.image, ramp([(559, 0), (566, 1)]))
    layer = Layer()
    for x in (-2.3, -5.8):
        for i in range(90):
            z = 2.2 + i * 0.65
            tone = mix("#2a2625", "#c9c0ae", z / 62)
            layer.poly(view.floor(x - 1.25, x + 1.25, z, z + 0.26, -0.9), tone)
        for rail in (-0.72, 0.72):
            for near, far in ((2, 6), (6, 14), (14, 30), (30, 70)):
                layer.poly(
                    view.floor(x + rail - 0.06, x + rail + 0.06, near, far, -0.78), mix("#a9a49a", "#efe4cd", near / 40)
                )
    canvas.lay(layer.cut().mottled(5, 0.3, (30, 14)).blurred(0.8))


def _train(canvas: Canvas, view: Camera) -> None:
    layer, z, x = Layer(), 30.0, -2.3
    layer.poly(view.wall(x + 1.35, -0.4, 2.7, z, 120), "#5f6f70")
    layer.poly(view.wall(x + 1.36, 1.1, 2.0, z + 1, 120), "#d9d0b4")
    layer.poly(view.front(x - 1.35, x + 1.35, -0.6, 2.8, z), "#3f5a5c")
    layer.curve(
        [
            view.at(x - 1.4, 2.6, z),
            view.at(x - 0.9, 3.35, z),
            view.at(x + 0.9, 3.35, z),
            view.at(x + 1.4, 2.6, z),
            view.at(x, 2.4, z),
        ],
        "#3f5a5c",
    )
    layer.poly(view.front(x - 1.35, x + 1.35, -0.6, 0.95, z), "#c59a3e")
    for left, right in ((-1.15, -0.42), (-0.3, 0.3), (0.42, 1.15)):
        layer.poly(view.front(x + left, x + right, 1.5, 2.5, z), "#1f2a2e")
    layer.poly(view.front(x - 1.4, x + 1.4, -0.8, -0.4, z), "#20211f")
    canvas.lay(layer.cut().rim(-2, 3, "#fff1d2", 0.4).wobbled(3, 1.5, 20).blurred(1.4))
    signal = Layer()
    signal.line([view.at(-8.6, -0.9, 22), view.at(-8.6, 4.6, 22)], 8, "#5d5f5f")
    signal.box(*view.at(-8.9, 5.4, 22), *view.at(-8.3, 4.2, 22), "#3b3d3e")
    for x, z in ((-8.4, 14), (-8.4, 21), (-8.4, 31), (-8.4, 45)):
        signal.line([view.at(x, -0.9, z), view.at(x, 5.4, z)], view.size(z) * 0.14, mix("#4a4c4d", "#e5dcc8", z / 60))
        signal.line([view.at(x, 5.2, z), view.at(-2.3, 5.2, z)], view.size(z) * 0.06, mix("#4a4c4d", "#e5dcc8", z / 60))
    canvas.lay(signal.cut().blurred(1.2))
    glow(canvas, view.at(-8.6, 4.6, 22), 50, "#ff5a42", 1)


def _platform(canvas: Canvas, view: Camera) -> None:
    layer = Layer()
    layer.poly(view.wall(-0.6, -0.9, 0, 1.2, 80), "#5a5149")
    layer.poly(view.floor(-0.62, 9, 1.2, 80), "#8b8376")
    layer.poly(view.floor(-0.62, -0.3, 1.2, 80), "#d8d0bf")
    layer.poly(view.floor(0.05, 0.16, 1.2, 80), "#c9a64a")
    for i in range(60):
        z = 1.4 + i * 0.9
        layer.line([view.at(-0.3, 0, z), view.at(9, 0, z)], max(0.6, 5 / z), mix("#6a6258", "#d8ccb6", z / 45))
    for x in (1.2, 2.4, 3.6, 4.8):
        layer.line([view.at(x, 0, 1.2), view.at(x, 0, 60)], 1.6, "#746c61")
    canvas.lay(layer.cut().tinted("#efe3cb", ramp([(560, 0.9), (760, 0.15), (H, 0)])).mottled(8, 0.2, (90, 30)))
    wet = ImageChops.multiply(levels(plane(16, 560, 4, 2), 125, 165), layer.cut().shape)
    canvas.shine("#f3e6cc", ImageChops.multiply(wet, ramp([(560, 0.2), (760, 0.4), (H, 0.25)])), 0.8)


def _canopy(canvas: Canvas, view: Camera) -> None:
    layer = Layer()
    layer.poly([view.at(-0.2, 4.4, 1.5), view.at(9, 5.4, 1.5), view.at(9, 5.4, 70), view.at(-0.2, 4.4, 70)], "#4a4743")
    layer.poly(view.wall(6.2, 0, 5.2, 1.5, 70), "#7d5a49")
    for i in range(44):
        z = 2.2 + i * 1.5
        pane = mix("#b9beb8", "#ebdfc8", z / 60)
        layer.poly(
            [
                view.at(1.0, 4.55, z + 0.2),
                view.at(2.8, 4.75, z + 0.2),
                view.at(2.8, 4.75, z + 1.3),
                view.at(1.0, 4.55, z + 1.3),
            ],
            pane,
        )
        layer.line([view.at(-0.2, 4.4, z), view.at(6.2, 5.1, z)], max(1, 60 / z), mix("#2f3231", "#d8ccb6", z / 80))
    for course in range(26):
        low = course * 0.2
        layer.line([view.at(6.19, low, 1.6), view.at(6.19, low, 60)], 1.2, "#6a4a3c")
    for i in range(11):
        z = 4 + i * 6
        for low, high in ((1.0, 2.6),):
            layer.poly(
                view.wall(6.15, low, high, z + 1.2, z + 3.4), mix("#ffdf9c", "#e6d6b6", i / 10) if i % 3 else "#3c4a4a"
            )
    for i in range(160):
        z = 2 + i * 0.36
        layer.poly(
            [view.at(-0.2, 4.5, z), view.at(-0.2, 4.5, z + 0.3), view.at(-0.2, 3.98, z + 0.15)],
            mix("#59605c", "#e3d9c4", z / 60),
        )
    for z in (58, 46, 36, 28, 21.5, 16, 11.5, 8, 5.2):
        tone = mix("#2f3f3d", "#e0d5bf", z / 70)
        layer.line([view.at(1.9, 0, z), view.at(1.9, 4.6, z)], view.size(z) * 0.15, tone)
        for side in (-1, 1):
            arc = [
                view.at(1.9 + side * (1 - cos(t * pi / 16)) * 1.5, 3.2 + sin(t * pi / 16) * 1.35, z) for t in range(9)
            ]
            layer.line(arc, view.size(z) * 0.07, tone)
        layer.box(*view.at(1.75, 0.5, z), *view.at(2.05, 0, z), tone)
    canvas.lay(
        layer.cut()
        .tinted("#ebdfc8", spot(780, 560, 520, 420, 1.5), 0.8)
        .mottled(4, 0.14, (60, 40))
        .wobbled(6, 1.4)
        .blurred(0.7)
    )


def _clock(canvas: Canvas, view: Camera) -> None:
    clock = Layer()
    x, y = view.at(1.0, 3.3, 8)
    clock.line([(x, y - 200), (x, y)], 6, "#262b2b")
    clock.oval(x, y, 70, 70, "#262b2b")
    clock.oval(x, y, 61, 61, "#f6eeda")
    for hour in range(12):
        clock.line(
            [
                (x + sin(hour * pi / 6) * 48, y - cos(hour * pi / 6) * 48),
                (x + sin(hour * pi / 6) * 56, y - cos(hour * pi / 6) * 56),
            ],
            4,
            "#2b2b2b",
        )
    clock.line([(x, y), (x + 44 * sin(1.25), y - 44 * cos(1.25))], 4, "#1d1d1d")
    clock.line([(x, y), (x + 30 * sin(3.77), y - 30 * cos(3.77))], 6, "#1d1d1d")
    canvas.lay(clock.cut().blurred(0.7))


def _waiting(canvas: Canvas, view: Camera) -> None:
    luck = Random(17)
    people = [(1.0, 24), (2.6, 20), (0.7, 15.5), (3.1, 13), (1.3, 10.5), (3.9, 8.4), (0.9, 6.6)]
    for x, z in people:
        layer, shade = Layer(), Layer()
        coat = mix(luck.choice(("#2f343c", "#4a3a34", "#3d4740", "#6a4a3c")), "#e5d9c3", z / 42)
        foot, tall = view.at(x, 0, z), view.size(z) * luck.uniform(1.62, 1.8)
        person(
            layer,
            foot,
            tall,
            Clothes(
                coat,
                mix("#22242a", "#e5d9c3", z / 42),
                "#94755f",
                luck.choice((None, "#2b2a2c")),
                luck.choice((0.45, 0.26)),
                luck.choice((None, "#6a4b33")),
            ),
            0.02,
            0.03,
        )
        shade.oval(foot[0] - tall * 0.02, foot[1] + tall * 0.12, tall * 0.1, tall * 0.17, "#3a352f")
        canvas.lay(shade.cut().blurred(8).faint(0.45))
        canvas.lay(
            layer.cut().rim(4, 3, "#fff0d0", 0.6, 2).wobbled(int(z), 2, 12).blurred(max(0.7, abs(z - 10) * 0.12))
        )


def bicycle_lane() -> Image.Image:
    """The new lane on Saltpan Road, the first dry morning of October."""
    canvas, view = Canvas(), Camera(520, 900, 1150, 1.15)
    sky(canvas, [(0, "#a9bcc6"), (300, "#d3dbd8"), (520, "#f4e6c6")])
    cloudy(canvas, cloud_cover(310, 520), "#fbf0d8", "#b0bcc2", (125, 215))
    glow(canvas, (640, 440), 640, "#ffeec2", 0.7)
    street = Layer()
    luck = Random(2)
    for x in (-13, 12):
        looks = [
            Facade(
                luck.choice(("#a5897a", "#b8a58c", "#8f8f88", "#a07868")), "#6a6362", "#4a5a5c", high=luck.uniform(6, 7)
            )
            for _ in range(9)
        ]
        along(street, view, x, [(10 + i * 8, 18 + i * 8) for i in range(9)], looks, "#e9dec4")
    canvas.lay(street.cut().mottled(5, 0.3).wobbled(3, 2).blurred(2.4))
    _road(canvas, view)
    _avenue(canvas, view)
    haze(canvas, "#f3e4c2", [(300, 0), (515, 0.38), (560, 0.2), (680, 0)])
    _rider(canvas, view, 1.9, 17, "#47545c")
    _rider(canvas, view, 1.25, 7.6, "#a2473a")
    _fallen(canvas, view)
    canvas.shine("#ffe9ba", spot(560, 420, 900, 640, 1.4), 0.3)
    return developed(canvas, 15, edge=0.4)


def _road(canvas: Canvas, view: Camera) -> None:
    layer = Layer()
    layer.poly(view.floor(-60, 60, 1.2, 120), "#8f8a7c")
    layer.poly(view.floor(-7, 5.2, 1.2, 120), "#6d6c6b")
    layer.poly(view.floor(0.0, 3.4, 1.2, 120), "#7d4b40")
    layer.poly(view.floor(3.4, 3.62, 1.2, 120, 0.06), "#b5b0a3")
    layer.poly(view.floor(3.62, 8, 1.2, 120, 0.06), "#9a9485")
    layer.poly(view.floor(-0.14, 0.02, 1.2, 120), "#ebe6d8")
    layer.poly(view.floor(3.22, 3.34, 1.2, 120), "#e2dccd")
    for i in range(24):
        layer.poly(view.floor(-3.6, -3.48, 1.5 + i * 4, 3.5 + i * 4), "#e2dccd")
    for z in (4.0, 15.0):
        _symbol(layer, view, 1.5, z)
    canvas.lay(layer.cut().tinted("#f0e2c4", ramp([(520, 0.85), (600, 0.4), (760, 0)])).mottled(3, 0.12, (60, 20)))
    below = ramp([(522, 0), (560, 1)])
    canvas.texture(plane(31, 520, 0.6, 1), 0.13, below)
    dapple = levels(plane(44, 520, 5, 4), 128, 172)
    canvas.darken("#5c5a66", ImageChops.multiply(dapple, below).filter(ImageFilter.GaussianBlur(3)), 0.4)


def _symbol(layer: Layer, view: Camera, x: float, z: float) -> None:
    def ground(a: float, b: float) -> tuple[float, float]:
        return view.at(x + a, 0, z + b * 1.75)

    def stroke(points: list[tuple[float, float]], width: float = 0.07) -> None:
        for (a, b), (c, d) in pairwise(points):
            long = max(0.001, ((c - a) ** 2 + (d - b) ** 2) ** 0.5)
            nx, ny = -(d - b) / long * width / 2, (c - a) / long * width / 2
            layer.poly(
                [ground(a + nx, b + ny), ground(c + nx, d + ny), ground(c - nx, d - ny), ground(a - nx, b - ny)],
                "#f2eee2",
            )

    for centre in (-0.58, 0.58):
        stroke([(centre + cos(pi * t / 16) * 0.4, 0.4 + sin(pi * t / 16) * 0.4) for t in range(33)])
    stroke([(-0.58, 0.4), (-0.3, 1.0), (0.32, 1.0), (0.0, 0.42), (-0.58, 0.4)])
    stroke([(-0.38, 1.16), (0.0, 0.42)])
    stroke([(0.58, 0.4), (0.28, 1.22), (0.5, 1.24)])
    stroke([(-0.52, 1.17), (-0.24, 1.17)], 0.1)


def _avenue(canvas: Canvas, view: Camera) -> None:
    for i, z in enumerate((62, 48, 37, 28, 21.5, 16, 11.5)):
        layer = Layer()
        for x in (-9.0, 6.6):
            dark, lit = (("#6b3f22", "#e2a94a"), ("#5a4426", "#d3b252"), ("#6a3120", "#cf7a3a"))[(i + (x > 0)) % 3]
            mist = z / 80
            tree(
                layer,
                i * 7 + int(x),
                view.at(x, 0, z),
                view.size(z) * 8.4,
                mix(dark, "#f0e0bc", mist),
                mix(lit, "#f6e7c2", mist),
                0.34,
                -1 if x > 0 else 1,
            )
        canvas.lay(layer.cut().wobbled(i, 5, 12).blurred(max(0.8, 2.6 - z / 20)))


def _rider(canvas: Canvas, view: Camera, x: float, z: float, coat: str) -> None:
    layer, (px, py), u = Layer(), view.at(x, 0, z), view.size(z)
    layer.oval(px, py - 0.34 * u, 0.035 * u, 0.34 * u, "#1e1e20")
    layer.line([(px, py - 0.3 * u), (px, py - 0.95 * u)], 0.04 * u, "#2c3338")
    layer.line([(px - 0.3 * u, py - 1.05 * u), (px + 0.3 * u, py - 1.05 * u)], 0.035 * u, "#23272a")
    for side, knee in ((-1, 0.62), (1, 0.74)):
        layer.thread(
            [
                (px + side * 0.1 * u, py - 0.92 * u),
                (px + side * 0.17 * u, py - knee * u),
                (px + side * 0.1 * u, py - (knee - 0.42) * u),
            ],
            0.13 * u,
            "#2b303a",
        )
        layer.oval(px + side * 0.1 * u, py - (knee - 0.44) * u, 0.06 * u, 0.05 * u, "#2a2624")
        layer.thread(
            [
                (px + side * 0.18 * u, py - 1.42 * u),
                (px + side * 0.31 * u, py - 1.22 * u),
                (px + side * 0.27 * u, py - 1.05 * u),
            ],
            0.1 * u,
            mix(coat, "#000000", 0.2),
        )
    layer.curve(
        [
            (px - 0.16 * u, py - 0.9 * u),
            (px - 0.22 * u, py - 1.3 * u),
            (px - 0.15 * u, py - 1.5 * u),
            (px + 0.15 * u, py - 1.5 * u),
            (px + 0.22 * u, py - 1.3 * u),
            (px + 0.16 * u, py - 0.9 * u),
        ],
        coat,
    )
    layer.box(px - 0.12 * u, py - 1.4 * u, px + 0.12 * u, py - 1.05 * u, mix(coat, "#20242a", 0.6))
    layer.oval(px, py - 1.62 * u, 0.1 * u, 0.13 * u, "#7d5f4d")
    layer.oval(px, py - 1.68 * u, 0.125 * u, 0.1 * u, "#dcd6c6")
    layer.oval(px, py - 0.8 * u, 0.035 * u, 0.03 * u, "#e2442f")
    shade = Layer()
    shade.poly(
        [(px - 0.05 * u, py), (px + 0.05 * u, py), (px + 1.1 * u, py + 0.62 * u), (px + 0.5 * u, py + 0.66 * u)],
        "#3a3436",
    )
    canvas.lay(shade.cut().blurred(9).faint(0.55))
    canvas.lay(layer.cut().rim(5, 5, "#ffedc4", 0.65, 2).wobbled(4, 1.6, 20).blurred(0.9))


def _fallen(canvas: Canvas, view: Camera) -> None:
    layer, luck = Layer(), Random(23)
    for _ in range(620):
        z = 3.4 + 24 * luck.random() ** 1.2
        side = luck.choice((luck.gauss(3.5, 0.5), luck.gauss(5.2, 1.2), luck.gauss(-6.5, 1.4), luck.uniform(-6, 6)))
        x, y = view.at(side, 0.03, z)
        size = view.size(z) * luck.uniform(0.025, 0.05)
        layer.oval(
            x, y, size, size * 0.45, mix(luck.choice(("#d9a441", "#b5652d", "#8a4a26", "#e3c05e")), "#f2e3c0", z / 40)
        )
    canvas.lay(layer.cut().rim(1, 2, "#fff0c4", 0.5).wobbled(2, 5, 12).blurred(0.8))
