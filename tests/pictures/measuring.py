"""What a page tells of how it is laid out: what is cut, too small to touch, out of order, lost in somebody's own colours (measuring.js)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = Path(__file__).with_suffix(".js").read_text()


def reflow_faults(page: Page) -> list[str]:
    """What is cut, or reaches beyond the screen, at the page's present width (WCAG 1.4.10)."""
    return _ask(page, "reflow()")


def small_targets(page: Page, least: int) -> list[str]:
    """Controls, and links drawn as such, that are lower than this many pixels, or narrower than 24."""
    return _ask(page, f"small({least})")


def order_faults(page: Page) -> list[str]:
    """Headings that skip a level, and links to a place on the page that is not there."""
    return _ask(page, "headings()") + _ask(page, "loose()")


def lost_in_own_colours(page: Page) -> list[str]:
    """What would be lost where people choose their own colours. Emulate them first."""
    return _ask(page, "lost()")


def moving(page: Page) -> list[str]:
    """What moves, or would on a touch. Emulate somebody who asked for less of it first."""
    return _ask(page, "moving()")


def links_inside(page: Page, base_url: str) -> set[str]:
    """The paths that this page's links lead to, inside the Fund and away from this page."""
    found: list[str] = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    paths = {one.removeprefix(base_url).partition("#")[0].partition("?")[0] for one in found if one.startswith(base_url + "/")}
    return paths - {page.url.removeprefix(base_url).partition("?")[0]}


def _ask(page: Page, call: str) -> list[str]:
    found: list[str] = page.evaluate(f"({_SOURCE}).{call}")
    return found
