"""The contact sheet: four pictures of every page in every state, an index that lays them out, and sheets to be looked at in one go."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw
from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

from tests.pictures.looking import Onlooker
from tests.pictures.shown import ROOMS, Shown
from tests.pictures.stage import Stage
from tests.support.browser import QUIET, executable

LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS: dict[int, ViewportSize] = {1280: {"width": 1280, "height": 900}, 360: {"width": 360, "height": 740}}
# A page longer than this is cut: nobody looks at the two hundredth line of a table.
LONGEST = 6_000
AT_ONCE = 2
# The sheets: as wide as a large screen, each page with its desk picture at this scale and its phone beside it.
SHEET_WIDTH, SHEET_HEIGHT, SCALE, GAP = 1_720, 2_400, 0.27, 16
# Of a longer page its head is enough to find it by; the picture itself is in the index.
CARD_HEIGHT = 740


@dataclass(frozen=True, slots=True)
class Taken:
    """A page and where its pictures lie, by width and light."""

    room: str
    shown: Shown
    address: str
    pictures: dict[tuple[int, str], Path]

    @property
    def seat(self) -> str:
        """Who looked."""
        return self.shown.seat or "a stranger"


def take(stage: Stage, pages: Sequence[tuple[str, Shown]], folder: Path) -> tuple[list[Taken], list[str]]:
    """Take all pictures, some at once; and say of which pages there are none, and why."""
    parts = [pages[number::AT_ONCE] for number in range(AT_ONCE)]
    faults: list[str] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = list(threads.map(lambda part: _take(stage, part, folder, faults), parts))
    order = {shown.name: number for number, (_, shown) in enumerate(pages)}
    return sorted((one for part in found for one in part), key=lambda one: order[one.shown.name]), faults


def _take(stage: Stage, pages: Sequence[tuple[str, Shown]], folder: Path, faults: list[str]) -> list[Taken]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=QUIET, chromium_sandbox=False)
        onlooker = Onlooker(browser, stage, WIDTHS[1280])
        taken = []
        for room, shown in pages:
            try:
                page, _ = onlooker.show(shown)
                pictures = dict(_pictures(page, folder / room, shown.name))
            except (AssertionError, Error) as fault:
                faults.append(f"{shown.name}: {str(fault).splitlines()[0]}")
                continue
            taken.append(Taken(room, shown, page.url.removeprefix(stage.at(shown.where).base_url), pictures))
        faults += onlooker.complaints
        onlooker.close()
        browser.close()
        return taken


def _pictures(page: Page, folder: Path, name: str) -> Iterator[tuple[tuple[int, str], Path]]:
    folder.mkdir(parents=True, exist_ok=True)
    for width, viewport in WIDTHS.items():
        page.set_viewport_size(viewport)
        for light in LIGHTS:
            page.emulate_media(color_scheme=light)
            path = folder / f"{name}-{width}-{light}.png"
            height = min(LONGEST, int(page.evaluate("document.documentElement.scrollHeight")))
            page.screenshot(
                path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": max(height, 1)}, animations="disabled"
            )
            yield (width, light), path


def write_index(folder: Path, taken: Sequence[Taken]) -> Path:
    """One page with all pictures as thumbnails, by room, with address, state and seat; and the same list for programs."""
    rooms = {room: ones for room in ROOMS if (ones := [one for one in taken if one.room == room])}
    links = " ".join(f"<a href=#{room}>{room}</a> {len(ones)}" for room, ones in rooms.items())
    body = "".join(
        f"<h2 id={room}>{room}</h2><div class=all>{''.join(_cell(folder, one) for one in ones)}</div>" for room, ones in rooms.items()
    )
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Contact sheet</title><style>{_STYLE}</style>"
    index = folder / "index.html"
    index.write_text(f"{head}<h1>{len(taken)} pages</h1><p>{links}</p>{body}")
    (folder / "pages.json").write_text(json.dumps([_told(one) for one in taken], indent=1))
    return index


_STYLE = """
body { font: 15px system-ui; margin: 24px; background: #8883 } .all { display: flex; flex-wrap: wrap; gap: 16px }
figure { margin: 0; padding: 10px; background: #fff; border: 1px solid #999; width: 700px } code { color: #555 }
.four { display: flex; gap: 6px; align-items: flex-start; margin-top: 6px }
.four a { max-height: 420px; overflow: hidden; border: 1px solid #ccc } img { display: block }
"""


def _told(one: Taken) -> dict[str, str]:
    return {"room": one.room, "endpoint": one.shown.endpoint, "state": one.shown.state, "seat": one.seat, "address": one.address}


def _cell(folder: Path, one: Taken) -> str:
    images = ""
    for (width, light), path in one.pictures.items():
        source, across = path.relative_to(folder), 230 if width == 1280 else 100
        images += f'<a href="{source}"><img loading=lazy width={across} alt="{width} {light}" src="{source}"></a>'
    words, address = html.escape(f"{one.shown.state} · {one.seat}"), html.escape(one.address)
    return f"<figure><figcaption><b>{words}</b><br><code>{address}</code></figcaption><div class=four>{images}</div></figure>"


def write_sheets(folder: Path, taken: Sequence[Taken]) -> list[Path]:
    """Large pictures that hold many pages each: the light ones, and the dark ones."""
    made: list[Path] = []
    for light in LIGHTS:
        for number, sheet in enumerate(_laid(_cards(taken, light)), 1):
            path = folder / f"sheet-{light}-{number:02}.png"
            sheet.save(path)
            made.append(path)
    return made


def _cards(taken: Iterable[Taken], light: str) -> Iterator[Image.Image]:
    for one in taken:
        with Image.open(one.pictures[1280, light]) as desk, Image.open(one.pictures[360, light]) as phone:
            small = [_small(desk, SCALE), _small(phone, SCALE * 1.6)]
        width = sum(picture.width for picture in small) + GAP
        card = Image.new("RGB", (width, 30 + max(picture.height for picture in small)), "#9a9a9a")
        ImageDraw.Draw(card).text((4, 4), f"{one.address[:60]}  {one.shown.state}, {one.seat}"[:95], fill="black", font_size=14)
        card.paste(small[0], (0, 26))
        card.paste(small[1], (small[0].width + 8, 26))
        yield card


def _small(picture: Image.Image, scale: float) -> Image.Image:
    cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, int(CARD_HEIGHT / scale))))
    return cut.resize((int(cut.width * scale), max(1, int(cut.height * scale))), Image.Resampling.LANCZOS)


def _laid(cards: Iterable[Image.Image]) -> Iterator[Image.Image]:
    """Cards in rows on sheets, in their order."""
    sheet, x, y, row = _blank(), GAP, GAP, 0
    used = False
    for card in cards:
        if x + card.width > SHEET_WIDTH:
            x, y, row = GAP, y + row + GAP, 0
        if used and y + card.height > SHEET_HEIGHT:
            yield sheet.crop((0, 0, SHEET_WIDTH, min(SHEET_HEIGHT, y + row + GAP)))
            sheet, x, y, row = _blank(), GAP, GAP, 0
        sheet.paste(card, (x, y))
        used, x, row = True, x + card.width + GAP, max(row, card.height)
    if used:
        yield sheet.crop((0, 0, SHEET_WIDTH, min(SHEET_HEIGHT, y + row + GAP)))


def _blank() -> Image.Image:
    return Image.new("RGB", (SHEET_WIDTH, SHEET_HEIGHT), "#9a9a9a")
