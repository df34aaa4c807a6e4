"""Somebody who has never heard of the Fund looks at what it does with the money."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import ViewportSize

from fundapp.core import clock
from fundapp.core.quarters import last_quarter
from tests.builders import ledger, people
from tests.builders.openbooks import close_books, help_given, publish
from tests.support.browser import DESK, PHONE, Walker
from tests.support.live import LiveServer

Walk = Callable[..., Walker]
NARROWEST: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture
def history(live_server: LiveServer) -> None:
    """Money since long ago, help in the last quarter, its months closed and the quarter published and sealed."""
    quarter = last_quarter(clock.today())
    with live_server.database.session() as session:
        people.fund_holder(session)
        ledger.open_books(session)
        ledger.pay_in(session, 1_500_000, on=quarter.first - timedelta(days=400))
        for number in range(7):
            help_given(session, "phone", f"P{number}", f"team{number % 3}", 3999, quarter.first)
        for number in range(2):
            help_given(session, "tools", f"P{number}", f"team{number % 3}", 2500, quarter.last)
        session.commit()
        close_books(session, quarter.last)
        publish(session)
        ledger.seal(session)
        session.commit()


@pytest.mark.parametrize(
    ("screen", "dark"),
    [(PHONE, True), pytest.param(DESK, False, marks=pytest.mark.long), pytest.param(NARROWEST, False, marks=pytest.mark.long)],
)
@pytest.mark.usefixtures("history")
def test_a_stranger_reads_all_public_pages_on_any_screen(walk: Walk, screen: ViewportSize, dark: bool) -> None:
    me = walk(screen, dark=dark, scripts=False)
    me.open("/").sees("A small thing can unlock a life", "a birth certificate", "Left on")
    me.follow("See the open books").sees(
        "In, out and left", "Months that are closed", "All help agreed", "Other help", "sealed in checkpoint"
    )
    assert me.page.locator("svg[role=img]:visible").count() == 1
    for summary in me.page.locator("summary").all():
        summary.click()
    me.check().sees("Free for the next request", "entry")
    me.follow("Privacy").sees("six years")
    me.follow("here is how to complain").sees("Information Commissioner")
    me.follow("Accessibility").sees("Web Content Accessibility Guidelines 2.2")


@pytest.mark.parametrize(("screen", "dark"), [(PHONE, True), (DESK, False)])
def test_every_part_in_every_state_is_within_everybody_s_reach(walk: Walk, screen: ViewportSize, dark: bool) -> None:
    walk(screen, dark=dark).open("/design").sees("Every part in every state").open("/nowhere-at-all").sees("There is no such page")


def test_the_keyboard_reaches_the_main_part_first(walk: Walk) -> None:
    me = walk(DESK).open("/privacy")
    me.page.keyboard.press("Tab")
    assert me.page.evaluate("document.activeElement.textContent") == "Skip to the main part"
    me.page.keyboard.press("Enter")
    assert me.page.evaluate("document.activeElement.id") == "main"
