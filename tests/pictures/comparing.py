"""Whether a page still looks as it did, whatever small things another build of the browser draws differently.

Pictures are kept at half their size. What is compared is smoothed and shrunk to a quarter, so that the edge of a letter is not a
difference; a changed colour, a moved line, a lost button is. The tolerance: in no tile of 64 × 64 px of the page may more than a
fifth differ by more than 30 of 255, and the page may be 4 px longer or shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter

# From the page to what is kept, and from that to what is compared.
HALF = 2
SHRUNK = 2
TILE = 64 // HALF // SHRUNK
MOST_OF_A_TILE = 0.2
MOST_OF_A_COLOUR = 30
MOST_OF_A_HEIGHT = 4 // HALF
COLOURS = 160


@dataclass(frozen=True, slots=True)
class Compared:
    """How two pictures differ: in words, empty when they do not, and as a picture."""

    words: str
    picture: Image.Image


def compare(kept: Image.Image, now: Image.Image) -> Compared:
    """Hold a picture against the one that was kept; both are as `halved` makes them."""
    if kept.width != now.width or abs(kept.height - now.height) > MOST_OF_A_HEIGHT:
        return Compared(f"it is {now.width * HALF} × {now.height * HALF} px, and was {kept.width * HALF} × {kept.height * HALF}", now)
    size = (kept.width, min(kept.height, now.height))
    apart = ImageChops.difference(*(_smoothed(one, size) for one in (kept, now)))
    differs = np.asarray(apart).max(axis=2) > MOST_OF_A_COLOUR
    worst, where = _worst_tile(differs)
    picture = apart.point(lambda value: min(255, value * 4)).resize(size, Image.Resampling.NEAREST)
    words = f"{worst:.0%} of the tile at {where[0]}, {where[1]} px differs" if worst > MOST_OF_A_TILE else ""
    return Compared(words, picture)


def halved(picture: Image.Image) -> Image.Image:
    """A picture at half its size."""
    return picture.convert("RGB").resize((picture.width // HALF, picture.height // HALF), Image.Resampling.BOX)


def keep(picture: Image.Image, path: Path) -> None:
    """Keep a picture to compare with later, in few colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _smoothed(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    cut = picture.convert("RGB").crop((0, 0, *size)).filter(ImageFilter.GaussianBlur(1.5))
    return cut.resize((size[0] // SHRUNK, size[1] // SHRUNK), Image.Resampling.BOX)


def _worst_tile(differs: np.ndarray) -> tuple[float, tuple[int, int]]:
    worst, where = 0.0, (0, 0)
    for top in range(0, differs.shape[0], TILE):
        for left in range(0, differs.shape[1], TILE):
            share = float(differs[top : top + TILE, left : left + TILE].mean())
            if share > worst:
                worst, where = share, (left * SHRUNK * HALF, top * SHRUNK * HALF)
    return worst, where
