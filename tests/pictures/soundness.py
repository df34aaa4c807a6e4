"""Whether a page is sound: its HTML, within everybody's reach (axe, WCAG 2.2 AA), links that lead somewhere, nothing cut at 400 %
zoom, and on a phone nothing too small to touch."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from tests.pictures import measuring
from tests.pictures.looking import OPEN_ALL, Onlooker
from tests.pictures.shown import Shown
from tests.pictures.stage import Stage
from tests.support.browser import AXE, DESK, PHONE, ViewportSize, axe_faults
from tests.support.page import faults, parsed

# A window of 1,280 px at 400 %.
ZOOMED: ViewportSize = {"width": 320, "height": 640}
# What changes with the width and not only with the words; colours, names and roles are asked once.
BY_WIDTH = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}, "resultTypes": ["violations"]}
LEAST_TARGET = 44


def faults_of(browser: Browser, stage: Stage, addresses: Flask, pages: Iterable[Shown]) -> list[str]:
    """All that is wrong with these pages, one after the other in one window."""
    onlooker = Onlooker(browser, stage, DESK, brings=AXE)
    wrong: list[str] = []
    for shown in pages:
        wrong += [f"{shown.name} ({shown.address}): {words}" for words in looked_at(onlooker, stage, addresses, shown)]
    onlooker.close()
    return wrong + onlooker.complaints


def looked_at(onlooker: Onlooker, stage: Stage, addresses: Flask, shown: Shown) -> list[str]:
    """All that is wrong with a page, at every width."""
    try:
        page, html = onlooker.show(shown)
    except AssertionError as fault:
        return [str(fault)]
    found = faults(html, *parsed(html))
    page.evaluate(OPEN_ALL)
    found += axe_faults(page) + measuring.order_faults(page)
    found += [f"at 1280 px, {words}" for words in measuring.reflow_faults(page)]
    base_url = stage.at(shown.where).base_url
    found += [f"a link leads to {path}, which is nowhere" for path in measuring.links_inside(page, base_url) if not leads(addresses, path)]
    page.set_viewport_size(PHONE)
    found += [f"on a phone, {words}" for words in (*axe_faults(page, BY_WIDTH), *measuring.small_targets(page, LEAST_TARGET))]
    page.set_viewport_size(ZOOMED)
    return found + [f"at 400 %, {words}" for words in measuring.reflow_faults(page)]


def leads(addresses: Flask, path: str) -> bool:
    """Whether there is a page, or a file, at this path."""
    if path.startswith("/static/"):
        return True
    try:
        addresses.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return False
    return True
