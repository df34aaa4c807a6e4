"""The main pages for people who choose their own colours, and for people who ask that nothing moves."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.pictures import measuring
from tests.pictures.looking import OPEN_ALL, Onlooker
from tests.pictures.shown import EVERY, Shown
from tests.pictures.stage import Stage
from tests.support.browser import PHONE

# One page of each kind that people act on or read first, by its endpoint and its state.
MAIN = {
    "openbooks.home": "with history",
    "openbooks.open_books": "with history",
    "giving.give_at_point": "at a point",
    "giving.give": "an amount nobody can read",
    "gifts.gift": "paid at a point",
    "design.show": "every part",
    "requests.home": "with work",
    "asking.ask": "check: nobody asked yet",
    "requests.show": "paid",
    "decisions.show": "to be answered",
    "payouts.show": "to be entered",
    "finance.desk": "with a fund short",
    "ledger_desk.pound_path": "all",
}


def main_pages() -> list[Shown]:
    return [one for one in EVERY if MAIN.get(one.endpoint) == one.state]


def test_nothing_is_lost_in_somebody_s_own_colours_and_nothing_moves_for_who_asks_so(browser: Browser, stage: Stage) -> None:
    assert len(main_pages()) == len(MAIN)
    onlooker, wrong = Onlooker(browser, stage, PHONE), []
    for shown in main_pages():
        page, _ = onlooker.show(shown)
        page.evaluate(OPEN_ALL)
        page.emulate_media(forced_colors="active", reduced_motion="reduce")
        found = [*measuring.lost_in_own_colours(page), *measuring.reflow_faults(page), *measuring.moving(page)]
        wrong += [f"{shown.name}: {words}" for words in found]
        page.emulate_media(forced_colors="none")
    onlooker.close()
    assert not wrong + onlooker.complaints, "\n".join(wrong + onlooker.complaints)
