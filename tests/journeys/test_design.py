"""The page with every part in every state still looks as it did (tests/pictures/comparing.py says what counts as a difference).

Needs no font of the machine: the page is drawn in the two that the Fund's PDFs are set in, which come as packages. After a change
that is meant: `pytest tests/journeys/test_design.py --renew`, look at the pictures in tests/pictures/design, and commit them.
"""

from __future__ import annotations

import io
import os
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Literal

import font_source_sans_pro as sans
import font_source_serif_pro as serif
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.pictures.comparing import compare, halved, keep
from tests.support.live import LiveServer

KEPT = Path(__file__).parents[1] / "pictures" / "design"
MOST_BYTES = 1_000_000
FACES = (
    ("sans", 400, sans.SourceSansPro),
    ("sans", 600, sans.SourceSansProSemibold),
    ("sans", 700, sans.SourceSansProBold),
    ("serif", 400, serif.SourceSerifPro),
    ("serif", 700, serif.SourceSerifProBold),
)
FAMILIES = ":root { --sans: 'the test sans' !important; --serif: 'the test serif' !important; --mono: 'the test sans' !important }"
# Each: name, width, light, medium.
LOOKS: tuple[tuple[str, int, Literal["light", "dark"], Literal["screen", "print"]], ...] = (
    ("desk-light", 1280, "light", "screen"),
    ("desk-dark", 1280, "dark", "screen"),
    ("phone-light", 360, "light", "screen"),
    ("phone-dark", 360, "dark", "screen"),
    ("printed", 720, "light", "print"),
)


def styles() -> str:
    """The fonts, and that they are used."""
    rule = "@font-face {{ font-family: 'the test {}'; font-weight: {}; src: url(data:font/otf;base64,{}) }}"
    faces = (rule.format(family, weight, b64encode(Path(path).read_bytes()).decode()) for family, weight, path in FACES)
    return "\n".join((*faces, FAMILIES))


def taken(page: Page) -> Image.Image:
    return halved(Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled", caret="hide"))))


def test_every_part_in_every_state_looks_as_it_did(browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> None:
    context = browser.new_context(bypass_csp=True, locale="en-GB")
    page = context.new_page()
    page.goto(live_server.base_url + "/design")
    page.add_style_tag(content=styles())
    page.evaluate("document.fonts.ready")
    wrong = []
    for name, width, light, medium in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=light, media=medium)
        now, path = taken(page), KEPT / f"{name}.png"
        if request.config.getoption("renew"):
            keep(now, path)
        wrong += fault_of(path, now)
    context.close()
    assert not wrong, "\n".join(wrong)
    assert sum(path.stat().st_size for path in KEPT.iterdir()) <= MOST_BYTES


def fault_of(path: Path, now: Image.Image) -> list[str]:
    """What is wrong with a picture; the three to look at are left in a folder of their own."""
    kept = Image.open(path)
    found = compare(kept, now)
    if not found.words:
        return []
    folder = Path(tempfile.mkdtemp(prefix="fundapp-design-", dir=os.environ.get("TMPDIR")))
    for name, picture in (("was", kept), ("is", now), ("differs", found.picture)):
        picture.save(folder / f"{path.stem}-{name}.png")
    return [f"{path.stem}: {found.words}. Look at {folder}; if it is meant, run this test with --renew."]


def test_a_small_change_is_seen_and_an_edge_is_not() -> None:
    """The tolerance itself: a button in another colour, a line lower down; against half a pixel in the drawing of letters."""
    kept = Image.open(KEPT / "desk-light.png").convert("RGB")
    softer = kept.resize((kept.width * 2, kept.height * 2), Image.Resampling.BICUBIC).resize(kept.size, Image.Resampling.BILINEAR)
    assert not compare(kept, softer).words
    button = kept.copy()
    button.paste((160, 37, 28), (20, 300, 70, 320))
    assert compare(kept, button).words
    moved = Image.new("RGB", kept.size, kept.getpixel((2, 200)))
    moved.paste(kept, (0, 5))
    assert compare(kept, moved).words
    assert "and was" in compare(kept, kept.crop((0, 0, kept.width, kept.height - 20))).words
