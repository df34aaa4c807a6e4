"""A real browser, with axe on every page it opens (WCAG 2.2 AA)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Response, ViewportSize, expect, sync_playwright
from playwright.sync_api import Page as BrowserPage

from fundapp.core.db import Database
from tests.support.live import LiveServer

# The first is the browser without its windows: it opens a page in a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = ("/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE = Axe().axe_script
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # All rules run all the same; what passed is told in brief, which takes half the time.
    "resultTypes": ["violations"],
}
# What differs from one visit to the next and changes nothing for anybody's reach: hidden fields, where links lead, figures.
SAME = re.compile(r'<input[^>]*type="hidden"[^>]*>|(?<= )(?:href|action|src|datetime)="[^"]*"|[0-9]+')
# Pages that axe found sound already, at one width and in one light: the same again is not looked at again.
_seen: set[int] = set()
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}


def executable() -> str:
    """The browser's program. Fails when there is none: a journey is never skipped."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    found = found or next((path for path in MAC if Path(path).exists()), None)
    assert found, "No Chromium here. script/test says what to install."
    return found


def axe_faults(page: BrowserPage, rules: dict[str, Any] = WCAG) -> list[str]:
    """What axe finds on a page as it stands. It is there already where its context was made with it (`add_init_script(AXE)`)."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("rules => axe.run(document, rules).then(found => found.violations)", rules)
    return [f"{one['id']}: {one['help']} ({', '.join(str(node['target']) for node in one['nodes'][:3])})" for one in found]


class Walker:
    """Somebody at a screen. Each step waits for the page it leads to, and checks that page."""

    def __init__(self, page: BrowserPage, base_url: str, database: Database | None = None) -> None:
        self.page = page
        # The Fund's own, for what a person would look up elsewhere: the code that their app shows.
        self.database = database
        self.base_url = base_url
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("response", self._answered)

    def open(self, path: str) -> Walker:
        """Type an address. `path` begins with a slash, or is a whole address."""
        self.page.goto(path if "://" in path else self.base_url + path)
        return self.check()

    def follow(self, words: str) -> Walker:
        """Follow the first link with these words."""
        self.page.get_by_role("link", name=words).first.click()
        return self.check()

    def press(self, words: str) -> Walker:
        """Press the first button with these words."""
        self.page.get_by_role("button", name=words).first.click()
        return self.check()

    def fill(self, values: dict[str, str]) -> Walker:
        """Type into fields by their labels."""
        for label, value in values.items():
            self.page.get_by_label(label).first.fill(value)
        return self

    def choose(self, *labels: str) -> Walker:
        """Tick boxes and pick radio buttons by their labels."""
        for label in labels:
            self.page.get_by_label(label).first.check()
        return self

    def sees(self, *words: str) -> Walker:
        """The page says all of this."""
        for phrase in words:
            expect(self.page.locator("body")).to_contain_text(phrase)
        return self

    def check(self) -> Walker:
        """The page is whole, within reach of everybody, as wide as the screen, and the browser has nothing to complain of."""
        self.page.wait_for_load_state("load")
        where = self.page.url
        if where.startswith("http"):
            self._within_reach(where)
            wide = self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
            assert not wide, f"{where} is wider than the screen"
        assert not self.complaints, f"at {where}: " + "; ".join(self.complaints)
        return self

    def _within_reach(self, where: str) -> None:
        dark = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        look = hash((str(self.page.viewport_size), dark, SAME.sub("", self.page.content())))
        if look in _seen:
            return
        told = axe_faults(self.page)
        assert not told, f"{where} is not within everybody's reach: " + "; ".join(told)
        _seen.add(look)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url} answered {response.status}")
        if not response.url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:")):
            self.complaints.append(f"{response.url} is not ours")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody who meant a change keep what it looks like now."""
    parser.addoption("--renew", action="store_true", help="write the pictures and trees anew that tests compare with")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey opens many pages, and a busy machine is slow to draw them."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys of a worker."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable(), args=QUIET, chromium_sandbox=False)
        yield running
        running.close()


@pytest.fixture
def walk(browser: Browser, live_server: LiveServer) -> Iterator[Any]:
    """`walk()` is somebody new at the live Fund; `walk(PHONE)` on a phone; `walk(scripts=False)` without scripts."""
    contexts = []

    def somebody(viewport: ViewportSize = DESK, *, scripts: bool = True, dark: bool = False) -> Walker:
        context = browser.new_context(viewport=viewport, color_scheme="dark" if dark else "light", locale="en-GB")
        if not scripts:
            # The engine itself stays on, for axe. Nothing else can run: the policy of every page refuses what stands in the page.
            context.route("**/*", lambda route: route.abort() if route.request.resource_type == "script" else route.continue_())
        context.add_init_script(script=AXE)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Walker(context.new_page(), live_server.base_url, live_server.database)

    yield somebody
    for context in contexts:
        context.close()
