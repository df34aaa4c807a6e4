"""Looking at the pages of the list: the right person at the right address, with what is typed and pressed before the look is taken."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize

from tests.pictures.shown import Shown
from tests.pictures.stage import EMAILS, PASSWORD, Stage, Where
from tests.support.entering import enter

OPEN_ALL = "document.querySelectorAll('details').forEach(found => { found.open = true })"


@dataclass
class Onlooker:
    """A browser with somebody of each seat in it, signed in when first needed."""

    browser: Browser
    stage: Stage
    viewport: ViewportSize
    # A script of the tests' own that is on every page.
    brings: str = ""
    # What each page has said wrong since it was last asked: the console, and what was fetched from elsewhere.
    complaints: list[str] = field(default_factory=list)
    _contexts: dict[tuple[Where, str], BrowserContext] = field(default_factory=dict)
    _pages: dict[tuple[Where, str], Page] = field(default_factory=dict)

    def show(self, shown: Shown) -> tuple[Page, str]:
        """The page as it is shown, and the HTML that came. Fails when the answer has another status than the list says."""
        page = self._page(shown.where, shown.seat)
        page.set_viewport_size(self.viewport)
        answer = page.goto(self.stage.address(shown.where, shown.address))
        if shown.chosen:
            page.get_by_label(shown.chosen).first.check()
        if shown.press:
            answer = self._press(page, shown)
        assert answer is not None, f"{shown.name}: {page.url} answered nothing"
        assert answer.status == shown.status, f"{shown.name}: {page.url} answered {answer.status}"
        return page, answer.text()

    def close(self) -> None:
        """Everybody goes home."""
        for context in self._contexts.values():
            context.close()

    def _page(self, where: Where, seat: str) -> Page:
        if (where, seat) not in self._pages:
            # Nothing moves: a colour on its way to another is no colour of ours.
            context = self.browser.new_context(viewport=self.viewport, locale="en-GB", reduced_motion="reduce")
            context.set_default_timeout(10_000)
            if self.brings:
                context.add_init_script(script=self.brings)
            page = context.new_page()
            page.on("console", lambda said: self._heard(page, said.type, said.text))
            page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
            page.on("response", self._answered)
            if seat:
                self._sign_in(page, where, seat)
            self._contexts[where, seat], self._pages[where, seat] = context, page
        return self._pages[where, seat]

    def _sign_in(self, page: Page, where: Where, seat: str) -> None:
        enter(page, self.stage.at(where), EMAILS[seat], PASSWORD)

    def _press(self, page: Page, shown: Shown) -> Response | None:
        page.evaluate(OPEN_ALL)
        for label, words in shown.typed:
            page.get_by_label(label).locator("visible=true").first.fill(words)
        with page.expect_navigation() as went:
            page.get_by_role("button", name=shown.press).locator("visible=true").first.click()
        return went.value

    def _heard(self, page: Page, kind: str, words: str) -> None:
        if kind in {"error", "warning"} and not words.startswith("Failed to load resource"):
            self.complaints.append(f"{page.url}: {words}")

    def _answered(self, answer: Response) -> None:
        if not answer.url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:")):
            self.complaints.append(f"{answer.url} is not ours")
