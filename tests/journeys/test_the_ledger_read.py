"""A month is closed by one and sealed by another, without a script and by keyboard; an auditor then reads it down to one proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fundapp.core import clock
from fundapp.ledger import queries
from tests.builders import ledger as books
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in, tab_to

Walk = Callable[..., Walker]


@pytest.fixture
def last_month(town: Town) -> date:
    """£25 that came in the middle of last month. Its last day."""
    month_end = clock.last_month_end(clock.today())
    with town.live.database.session() as session:
        books.pay_in(session, 2_500, on=month_end.replace(day=15), key="contribution:9")
        session.commit()
    return month_end


def seal(town: Town) -> None:
    with town.live.database.session() as session:
        books.seal(session)
        session.commit()


def test_two_officers_close_and_seal_a_month_and_an_auditor_reads_it(town: Town, last_month: date, plain: Walk, walk: Walk) -> None:
    name = f"{last_month:%B %Y}"
    closer = sign_in(plain(), town.who.finance).open("/finance").follow(f"{name} can be closed")
    closer.sees("What would be sealed", "This cannot be undone.").press(f"Close {name}")
    closer.sees("Closed. Now another finance officer looks at the totals", "You closed it, so another finance officer seals it")

    sealer = sign_in(walk(DESK), town.who.finance_two).open("/finance").follow(f"{name} waits to be sealed")
    sealer.sees("Compare the totals with the bank and with Stripe.", "£25.00")
    tab_to(sealer.page, sealer.page.get_by_role("button", name=f"Seal {name}"))
    with sealer.page.expect_navigation():
        sealer.page.keyboard.press("Enter")
    sealer.check().sees("Sealed, as entry", "What was sealed").open("/finance/periods").sees("Sealed", "Open")

    late = sealer.open("/finance/contributions/new")
    late.fill({"Which organisation paid it?": "Town Council", "How much?": "15", "The reference on the bank statement": "TC-1"})
    late.page.get_by_label("Which fund was it given for?").select_option(index=1)
    late.fill({"Day": "20", "Month": str(last_month.month), "Year": str(last_month.year)}).press("Record the contribution")
    late.sees("The books are closed up to")
    assert late.page.get_by_label("Which organisation paid it?").input_value() == "Town Council"

    seal(town)
    the_auditor_reads(sign_in(walk(PHONE, dark=True), town.who.auditor), town, name)


def the_auditor_reads(me: Walker, town: Town, month: str) -> None:
    """From the list to one entry, its seal and its proof; then the books of that month, an account, and the path of a pound."""
    me.open("/finance/ledger").page.get_by_text("Look for an entry").click()
    me.page.get_by_text("Look more closely").click()
    me.fill({"From": month, "At least": "about 25"}).press("Show these entries").sees("You wrote “about 25”.", "Nothing is listed until")
    me.fill({"At least": "25", "At most": "25"}).press("Show these entries").sees("1 entry like this")
    with town.live.database.session() as session:
        [entry] = queries.entries(session, subject="contribution:9")
    me.follow(f"{entry.number:,}").sees("reached the bank", "Sealed at place", "Where this money lies now", "As it was written")
    with me.page.expect_download() as taken:
        me.page.get_by_role("link", name="Save the proof").click()
    assert Path(taken.value.path()).read_text().startswith("c2sp.org/tlog-proof@v1\n")
    assert me.page.locator("svg[role=img]:visible").count() == 1
    me.open(f"/finance/trial-balance?as_of={month.replace(' ', '+')}").sees("up to the end of").follow("Bank").sees("stood in this account")
    me.follow("the account’s statement").sees("Stood in it before").open("/finance/accounts").sees("What the Fund has")
    me.open("/finance/ledger/path").sees("From the first day to this minute", "What lies where", "Every arrow")
