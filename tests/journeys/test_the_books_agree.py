"""After a gift and a grant, in this month and the last: the ledger verifies, and the pages say its figures to the penny."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from fundapp.config import ROOT
from fundapp.core import clock
from fundapp.core.money import parse_pence, pounds
from fundapp.giving import starting
from fundapp.giving.settling import settle_session
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from tests.builders import giving
from tests.builders import grants as build
from tests.builders import ledger as books
from tests.support.browser import DESK, PHONE, Walker
from tests.support.live import LiveServer
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]
# By fund and account, as printed: debits, credits, balance.
Totals = dict[tuple[str, str], tuple[str, str, str]]
PLACES = ("stripe-clearing", "stripe-balance", "payouts-in-transit", "bank", "disputed")


@pytest.fixture
def history(town: Town) -> date:
    """A gift and a grant in the middle of last month, by the rooms' own services. Its last day."""
    month_end = clock.last_month_end(clock.today())
    then = clock.start_of(month_end.replace(day=15)) + timedelta(hours=12)
    with town.live.database.session() as session, clock.at(then):
        books.pay_in(session, 60_000, on=clock.today())
        session.commit()
        who = build.cast(session)
        build.paid(session, who, amount_pence=3_750)
        build.agreed(session, who.worker, who.approver, price_pence=2_500)
        give_at(town.live, then)
    return month_end


def give_at(live: LiveServer, then: datetime) -> None:
    """£10 on a day that is over, with Stripe's clock at that day."""
    behind = (then - datetime.now(then.tzinfo)).total_seconds()
    live.stand_in.settings(clock_offset_seconds=behind)
    stripe = giving.gateway_of(live.stand_in)
    with live.database.session() as session:
        to = starting.Addresses(live.base_url, live.base_url)
        page = starting.payment_page(session, stripe, giving.begin(session, 1_000), amount_pence=1_000, name="A gift", to=to)
        payment = giving.session_of(str(page))
        live.stand_in.pay(payment)
        settle_session(session, stripe, payment)
    live.stand_in.settings(clock_offset_seconds=0)


def test_every_page_says_the_ledger_s_figures_to_the_penny(town: Town, history: date, walk: Walk) -> None:
    me = walk(PHONE).open(town.point.path).choose("£5").press("Give").press("Give £5.00 with the test card")
    me.sees("Your £5 is here.", "£4.72")
    with town.live.database.session() as session:
        build.agreed(session, town.who.worker, town.who.approver)
    town.live.run_jobs()

    totals, free = verified(town.live)
    officer = sign_in(walk(DESK), town.who.finance).open("/finance")
    the_funds_agree(officer, totals, free)
    officer.sees(f"Agreed, not yet paid: requests say {pounds(6_499)}, the ledger says {pounds(6_499)}.")
    the_trial_balance_agrees(officer.open("/finance/trial-balance"), totals)
    the_open_books_agree(walk(PHONE).open("/open"), town.live, history)


def verified(live: LiveServer) -> tuple[Totals, dict[str, str]]:
    """What `fundapp ledger verify` prints when it finds nothing: the totals, and what each fund can award."""
    command = [sys.executable, "-m", "fundapp.cli", "ledger", "verify"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": os.defpath, **live.environ}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "The ledger holds" in done.stderr
    totals: Totals = {}
    free = {}
    for line in done.stdout.splitlines()[1:]:
        fund, *rest = line.split()
        if rest[:3] == ["available", "to", "award"]:
            free[fund] = rest[3]
        else:
            account, debits, credits_, balance = rest
            totals[fund, account] = (debits, credits_, balance)
    assert sum(parse_pence(debits) for debits, _, _ in totals.values()) == sum(parse_pence(credit) for _, credit, _ in totals.values())
    return totals, free


def the_funds_agree(me: Walker, totals: Totals, free: dict[str, str]) -> None:
    """Held, agreed and free, fund by fund."""
    names = {name: code for code, name, *_ in books.FUNDS}
    rows = cells(me, "What the funds have")
    assert {names[row[0]] for row in rows[:-1]} == set(free)
    for name, held, agreed, _, can_award, _ in rows[:-1]:
        fund = names[name]
        balances = {account: pence(balance) for (of, account), (_, _, balance) in totals.items() if of == fund}
        assert pence(held) == sum(balances.get(place, 0) for place in PLACES)
        assert pence(agreed) == balances.get(chart.GRANTS_PAYABLE, 0)
        assert can_award == free[fund]
    assert pence(rows[-1][1]) == sum(pence(row[1]) for row in rows[:-1])


def the_trial_balance_agrees(me: Walker, totals: Totals) -> None:
    """Each account in each fund, as it was printed."""
    shown = {}
    for row in me.page.locator("tbody tr").all():
        where = str(row.get_by_role("link").get_attribute("href")).partition("?")[2]
        asked = dict(part.split("=") for part in where.split("&"))
        _, debits, credits_, balance = [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        shown[asked["fund"], asked["account"]] = (debits, credits_, balance)
    assert shown == totals


def the_open_books_agree(me: Walker, live: LiveServer, month_end: date) -> None:
    """Money at the end of the last month: what came in, what is left, what is promised."""
    with live.database.session() as session:
        rows = ledger.trial_balance(session, month_end)
    assets = sum(row.balance_pence for row in rows if row.kind == chart.AccountKind.ASSET)
    by_account = {code: sum(row.balance_pence for row in rows if row.account == code) for code in {row.account for row in rows}}
    assert (by_account[chart.DONATIONS], by_account[chart.GRANTS_PAYABLE]) == (1_000, 2_500)
    me.page.locator("summary").click()
    me.check()
    said = {row[0]: pence(row[1]) for row in cells(me, "In, out and left")}
    left = f"Left on {month_end.day} {month_end:%B}"
    assert said["Gifts from the public"] == by_account[chart.DONATIONS]
    assert said["Services and grants"] == by_account[chart.CONTRIBUTIONS]
    assert said["Card fees"] == -by_account[chart.PROCESSING_FEES]
    assert said["Help paid for"] == -(by_account["help-phone"] - by_account[chart.GRANTS_PAYABLE])
    assert said[left] == assets
    assert said["Agreed, not yet paid"] == -by_account[chart.GRANTS_PAYABLE]
    assert said["Free for the next request"] == assets - by_account[chart.GRANTS_PAYABLE]


def cells(me: Walker, heading: str) -> list[list[str]]:
    """The rows of the tables under a heading, cell by cell."""
    section = me.page.locator("section").filter(has=me.page.get_by_role("heading", name=heading, exact=True))
    rows = section.locator("tbody tr, tfoot tr").all()
    return [[" ".join(cell.split()) for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def pence(shown: str) -> int:
    """A sum as a page shows it, in pence."""
    return -parse_pence(shown[1:]) if shown.startswith("−") else parse_pence(shown.removeprefix("+"))
