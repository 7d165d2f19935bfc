"""The football pitch under its floodlights."""

from random import Random

from PIL import Image, ImageChops, ImageFilter

from .canvas import Canvas, Layer, mix
from .figures import Camera, Clothes, person
from .finish import developed
from .light import beam, cloud_cover, cloudy, glow, gradient, haze, ramp, sky, spot
from .noise import H, W, clouds, levels, plane


def football_pitch() -> Image.Image:
    """Floodlights on at Gasworks Lane, mist coming up off the river."""
    canvas, view = Canvas(), Camera(560, 900, 1300, 1.5)
    sky(canvas, [(0, "#141d2f"), (330, "#2a3a52"), (560, "#6d7280")])
    cloudy(canvas, cloud_cover(402, 560), "#6d7284", "#18233a", (115, 210))
    _stand(canvas)
    _pylons(canvas)
    _pitch(canvas, view)
    haze(canvas, "#a9b2b5", [(430, 0), (565, 0.5), (640, 0.22), (800, 0)])
    _players(canvas, view)
    _goal(canvas, view)
    for x, lean in ((190, 330), (1610, -330)):
        beam(canvas, [(x - 50, 120), (x + 50, 120), (x + lean + 520, 800), (x + lean - 320, 800)], "#e6eef2", 0.13, 40)
    veil = ImageChops.multiply(levels(clouds(9, (700, 130), 5), 110, 200), ramp([(480, 0), (600, 0.7), (780, 0)]))
    canvas.wash("#c6cdce", veil.filter(ImageFilter.GaussianBlur(8)), 0.5)
    return developed(canvas, 16, bloom=0.6)


def _stand(canvas: Canvas) -> None:
    layer, luck = Layer(), Random(6)
    layer.poly([(260, 562), (260, 440), (1540, 440), (1540, 562)], "#1b212b")
    layer.poly([(220, 448), (250, 372), (1550, 372), (1580, 448), (1540, 440), (260, 440)], "#39434f")
    for post in range(270, 1540, 128):
        layer.line([(post, 440), (post, 562)], 6, "#0f141b")
    for _ in range(900):
        x, y = luck.uniform(268, 1532), luck.choice((482, 500, 518, 536, 552)) + luck.uniform(-3, 3)
        layer.oval(x, y, 6, 9, mix("#22262e", luck.choice(("#7a4a40", "#8d8674", "#4f6070", "#a89066")), luck.random()))
        layer.oval(x, y - 11, 4, 5, "#8a7466")
    layer.box(0, 548, W, 572, "#2b3238")
    for board in range(0, W, 150):
        layer.box(
            board + 4, 550, board + 146, 571, luck.choice(("#5f3a34", "#3d5560", "#70653f", "#455044", "#606468"))
        )
    canvas.lay(layer.cut().mottled(3, 0.3, (40, 20)).wobbled(4, 1.6).blurred(2.2))


def _pylons(canvas: Canvas) -> None:
    layer, lamps = Layer(), []
    for x, top, size in ((190, 120, 1.0), (1610, 120, 1.0), (560, 300, 0.55), (1240, 300, 0.55)):
        layer.poly([(x - 14 * size, 562), (x + 14 * size, 562), (x + 5 * size, top), (x - 5 * size, top)], "#161c25")
        layer.box(x - 72 * size, top - 44 * size, x + 72 * size, top + 40 * size, "#1d232c")
        for column in range(5):
            for row in range(3):
                at = (x + (column - 2) * 29 * size, top + (row - 1) * 27 * size)
                layer.oval(*at, 10 * size, 10 * size, "#fbfcf4")
        lamps.append(((x, top), size))
    canvas.lay(layer.cut().blurred(1.2))
    for at, size in lamps:
        glow(canvas, at, 520 * size, "#dfeaf2", 0.85)
        canvas.shine("#ffffff", spot(at[0], at[1], 900 * size, 26 * size, 2), 0.45)


def _pitch(canvas: Canvas, view: Camera) -> None:
    ground = Canvas()
    ground.image = gradient([(562, "#8f9c88"), (640, "#6d835f"), (820, "#50694a"), (H, "#2c402c")])
    layer = Layer()
    for stripe in range(-16, 16, 2):
        layer.poly(view.floor(stripe * 3.4, stripe * 3.4 + 3.4, 1.6, 120), "#000000")
    ground.lay(layer.cut().blurred(1.5).faint(0.16))
    lines = Layer()
    for near, far in ((58, 58.5), (9.0, 9.14), (34, 34.2)):
        lines.poly(view.floor(-40, 40, near, far), "#e9eee6")
    lines.poly(view.floor(-5.4, -5.3, 9, 24), "#e9eee6")
    lines.poly(view.floor(-5.4, 20, 24, 24.2), "#e9eee6")
    ground.lay(lines.cut().mottled(4, 0.5, (20, 8)).blurred(0.8).faint(0.9))
    blades = plane(7, 562, 0.62, 0.7)
    ground.texture(blades, 0.26)
    ground.darken("#3a4a3a", levels(plane(8, 562, 5, 2), 130, 190), 0.4)
    ground.shine("#d8ecd0", ImageChops.multiply(levels(blades, 170, 215), spot(900, 720, 1100, 420, 1)), 0.4)
    canvas.paste(ground.image, ramp([(566, 0), (572, 1)]))
    tufts, luck = Layer(), Random(31)
    for _ in range(2600):
        x, y = luck.uniform(-20, W), 1060 + luck.random() ** 0.6 * 170
        tall = luck.uniform(10, 34) * (y - 960) / 200
        tufts.line([(x, y), (x + luck.gauss(0, 7), y - tall)], 2, mix("#1d3520", "#6f9a5c", luck.random() ** 2))
    canvas.lay(tufts.cut().blurred(2.6))


def _goal(canvas: Canvas, view: Camera) -> None:
    net, frame, z, x = Layer(), Layer(), 9.0, 1.0
    left, right, back = x, x + 5.2, z + 1.6
    for i in range(27):
        a = left + i * 0.2
        net.line([view.at(a, 2.3, z), view.at(a, 2.1, z + 0.7), view.at(a, 0, back)], 1.2, "#cfd8d8")
    for i in range(12):
        low = i * 0.2
        net.line([view.at(left, low, back - low * 0.42), view.at(right, low, back - low * 0.42)], 1.1, "#c4cece")
        for side in (left, right):
            net.line([view.at(side, low, z), view.at(side, low, back - low * 0.42)], 1.1, "#c4cece")
    canvas.lay(net.cut().wobbled(5, 5, 24).faint(0.62))
    thick = view.size(z) * 0.11
    frame.line(
        [view.at(left, 0, z), view.at(left, 2.3, z), view.at(right, 2.3, z), view.at(right, 0, z)], thick, "#eef1ec"
    )
    frame.line([view.at(left, 0, back), view.at(left, 2.1, z + 0.7), view.at(left, 2.3, z)], 4, "#aeb8b6")
    canvas.lay(frame.cut().rim(-4, 3, "#7d8a86", 0.7, 3).blurred(0.7))


def _players(canvas: Canvas, view: Camera) -> None:
    red, blue = ("#8d2f2f", "#e3ded0"), ("#2f4a7a", "#22304a")
    squad = [
        (-9, 38, blue),
        (7.5, 40, red),
        (-1.0, 31, red),
        (-6.4, 26, red),
        (2.6, 27, blue),
        (-3.4, 19.5, blue),
        (-1.75, 17, red),
        (3.6, 10.2, ("#b39a3a", "#2a2a2a")),
    ]
    for x, z, (shirt, shorts) in squad:
        layer, shade, foot, tall = Layer(), Layer(), view.at(x, 0, z), view.size(z) * 1.8
        person(layer, foot, tall, Clothes(shirt, shorts, "#a98168", None, 0.44), 0.1, 0.12, 0.06 * (-1 if x > 0 else 1))
        for side in (-1, 1):
            layer.line(
                [
                    (foot[0] + side * 0.1 * tall, foot[1] - 0.26 * tall),
                    (foot[0] + side * 0.12 * tall, foot[1] - 0.06 * tall),
                ],
                0.055 * tall,
                shirt,
            )
            shade.poly(
                [
                    (foot[0], foot[1]),
                    (foot[0] + tall * 0.05, foot[1]),
                    (foot[0] + side * tall * 0.95, foot[1] + tall * 0.2),
                    (foot[0] + side * tall * 0.8, foot[1] + tall * 0.22),
                ],
                "#142016",
            )
        canvas.lay(shade.cut().blurred(4).faint(0.42))
        canvas.lay(
            layer.cut()
            .rim(4, 3, "#f2f6f2", 0.7, 1.5)
            .rim(-4, 3, "#f2f6f2", 0.6, 1.5)
            .wobbled(int(z), 2, 12)
            .blurred(max(0.6, z / 28))
        )
    ball = Layer()
    x, y = view.at(-2.5, 0.16, 16)
    ball.oval(x, y, 15, 15, "#f2f2ea")
    ball.oval(x + 3, y + 2, 5, 5, "#30343a")
    canvas.lay(ball.cut().blurred(0.8))
