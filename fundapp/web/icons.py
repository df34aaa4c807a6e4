"""The mark as pictures for a phone's home screen, drawn from `static/images/mark.svg`.

`python -m fundapp.web.icons` writes them; a test proves that what is committed is what it draws.
A phone cuts a maskable icon to a shape of its own: its ground fills the square, and the mark keeps to the middle four fifths
(W3C, Web Application Manifest, "maskable"). An Apple phone shows what is see-through as black, so its icon has a ground as well.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from PIL import Image, ImageDraw

IMAGES = Path(__file__).resolve().parents[2] / "static" / "images"
PETROL, PAPER = "#0B4F4A", "#FBF7F0"
# The ring is paper at 55 %, as in the drawing.
RING = "#8FABA5"
# File, side, and how much of the side the mark fills; a mark that does not fill it stands on a ground.
ICONS = (("icon-192.png", 192, 1.0), ("icon-512.png", 512, 1.0), ("icon-maskable-512.png", 512, 0.8), ("apple-touch-icon.png", 180, 0.86))
# Drawn so many times too large, then made smaller: that smooths its edges.
FINER = 8
VIEW = 64
_STEPS = 24

Point = tuple[float, float]


def picture(side: int, fills: float) -> Image.Image:
    """The mark in a square of so many pixels."""
    large, scale = side * FINER, side * FINER * fills / VIEW
    offset = large * (1 - fills) / 2
    image = Image.new("RGBA", (large, large), PETROL if fills < 1 else "#0B4F4A00")
    draw = ImageDraw.Draw(image)

    def disc(radius: float, colour: str) -> None:
        middle, reach = large / 2, radius * scale
        draw.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=colour)

    disc(31, PETROL)
    disc(27 + 0.65, RING)
    disc(27 - 0.65, PETROL)
    draw.polygon([(x * scale + offset, y * scale + offset) for x, y in keyhole()], fill=PAPER)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def keyhole() -> list[Point]:
    """The keyhole's outline, in the drawing's own measure."""
    found = re.search(r'<path[^>]* d="([^"]+)"', (IMAGES / "mark.svg").read_text())
    if found is None:
        raise ValueError("mark.svg has no path")
    outline: list[Point] = []
    at: Point = (0, 0)
    for command, numbers in re.findall(r"([MacHAZ])([^MacHAZ]*)", found[1]):
        values = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        size = {"M": 2, "c": 6, "a": 7, "A": 7, "H": 1}.get(command, 1)
        for start in range(0, len(values), size):
            drawn = _segment(command, at, values[start : start + size])
            outline += drawn
            at = drawn[-1]
    return outline


def _segment(command: str, at: Point, values: list[float]) -> list[Point]:
    """One stroke of the outline, as points."""
    x, y = at
    if command == "M":
        return [(values[0], values[1])]
    if command == "H":
        return [(values[0], y)]
    if command == "c":
        corners = [(x + values[place], y + values[place + 1]) for place in (0, 2, 4)]
        return _curve([at, *corners])
    end = (x + values[5], y + values[6]) if command == "a" else (values[5], values[6])
    return _arc(at, end, values[0], is_long=bool(values[3]), is_clockwise=bool(values[4]))


def _curve(corners: list[Point]) -> list[Point]:
    """A cubic Bézier curve."""
    points = []
    for step in range(1, _STEPS + 1):
        t = step / _STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        points.append(tuple(sum(weight * corner[axis] for weight, corner in zip(weights, corners, strict=True)) for axis in (0, 1)))
    return points  # type: ignore[return-value]


def _arc(start: Point, end: Point, radius: float, *, is_long: bool, is_clockwise: bool) -> list[Point]:
    """A circle's arc, from its two ends (SVG 1.1, appendix F.6, for circles)."""
    across, down = (end[0] - start[0]) / 2, (end[1] - start[1]) / 2
    half = math.hypot(across, down)
    reach = math.sqrt(max(0.0, radius**2 - half**2)) / half * (1 if is_long != is_clockwise else -1)
    centre = (start[0] + across - reach * down, start[1] + down + reach * across)
    first, last = (math.atan2(point[1] - centre[1], point[0] - centre[0]) for point in (start, end))
    turn = (last - first) % (2 * math.pi) if is_clockwise else -((first - last) % (2 * math.pi))
    steps = _STEPS * 4
    angles = [first + turn * step / steps for step in range(1, steps + 1)]
    return [(centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)) for angle in angles]


def write() -> None:
    """Write every icon where the pages find it."""
    for name, side, fills in ICONS:
        # Few colours, since it is drawn in three: a quarter of the bytes.
        drawn = picture(side, fills) if fills == 1 else picture(side, fills).convert("RGB")
        drawn.quantize(48, method=Image.Quantize.FASTOCTREE).save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    write()
