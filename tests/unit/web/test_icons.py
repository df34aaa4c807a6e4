"""The icons are the mark, small enough, and up to date."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from fundapp.config import ROOT
from fundapp.web.icons import ICONS, IMAGES, PETROL, picture
from fundapp.web.manifest import PAPER


def on_white(image: Image.Image) -> Image.Image:
    """A picture as it looks on a white page."""
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")


@pytest.mark.parametrize(("name", "side", "fills"), ICONS)
def test_what_is_committed_is_what_is_drawn(name: str, side: int, fills: float) -> None:
    kept = Image.open(IMAGES / name)
    assert kept.size == (side, side)
    assert (IMAGES / name).stat().st_size < 14_000
    drawn, shown = (on_white(one).resize((48, 48)) for one in (picture(side, fills), kept))
    # Fewer colours make edges a little rougher, and nothing else.
    assert max(high for _, high in ImageChops.difference(drawn, shown).getextrema()) < 40


@pytest.mark.parametrize(("name", "side", "fills"), ICONS)
def test_a_ground_fills_the_square_where_a_phone_would_show_its_own(name: str, side: int, fills: float) -> None:
    corner = Image.open(IMAGES / name).convert("RGBA").getpixel((0, 0))
    assert (corner[3] == 255) == (fills < 1)  # type: ignore[index]


def test_a_maskable_icon_keeps_to_the_middle_four_fifths() -> None:
    image = Image.open(IMAGES / "icon-maskable-512.png").convert("RGB")
    ground = image.getpixel((0, 0))
    reach = max(
        ((x - 255.5) ** 2 + (y - 255.5) ** 2) ** 0.5
        for x in range(0, 512, 2)
        for y in range(0, 512, 2)
        if max(abs(a - b) for a, b in zip(image.getpixel((x, y)), ground, strict=True)) > 40  # type: ignore[arg-type]
    )
    assert reach <= 512 * 0.4


def test_the_colours_are_the_sheets_own() -> None:
    tokens = (ROOT / "static/css/src/tokens.css").read_text()
    assert f"--paper: {PAPER.lower()};" in tokens
    assert f"--petrol: {PETROL.lower()};" in tokens
