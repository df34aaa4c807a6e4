"""A fund is never overspent, by one person at a time; test_races.py has them all at once."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from fundapp.core.errors import Refused
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import FundClosed, Line, NotEnoughCash, NotEnoughMoney, Posted
from tests.builders import ledger as books

DAY = date(2026, 11, 14)


@pytest.fixture(autouse=True)
def opened(session: Session) -> None:
    books.open_books(session)


def refund(session: Session, amount_pence: int, key: str = "txn:re_1") -> Posted:
    return service.force(
        session,
        event_key=key,
        kind="gift.refunded",
        happened_on=DAY,
        lines=[Line(chart.REFUNDS, chart.STRIPE_BALANCE, "public-giving", amount_pence)],
        actor="stripe",
        subject="donation:1",
    )


def gift(session: Session, pence: int) -> None:
    service.post(
        session,
        event_key="charge:ch_1",
        kind="gift.charged",
        happened_on=DAY,
        lines=[Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", pence)],
        actor="stripe",
        subject="donation:1",
    )


def settle(session: Session, net: int, fee: int) -> None:
    lines = [
        Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "public-giving", net),
        Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "public-giving", fee),
    ]
    service.post(session, event_key="txn:1", kind="gift.settled", happened_on=DAY, lines=lines, actor="stripe", subject="donation:1")


def test_a_fund_is_spent_to_its_last_penny_and_not_further(session: Session) -> None:
    books.pay_in(session, 5000)
    books.award(session, 4999)
    with pytest.raises(NotEnoughMoney, match=r"Public giving has £0\.01 left to award, and this needs £0\.02\."):
        books.award(session, 2)
    books.award(session, 1)
    position = queries.fund_positions(session)[1]
    assert (position.available_pence, position.committed_pence, position.balance_pence) == (0, 5000, 0)
    # What is agreed is not paid yet: the cash is still there.
    assert position.cash_pence == 5000


def test_money_is_not_borrowed_from_another_fund(session: Session) -> None:
    books.pay_in(session, 5000, "general")
    with pytest.raises(NotEnoughMoney):
        books.award(session, 1, "public-giving")


def test_a_gift_can_be_awarded_only_once_its_fee_is_known(session: Session) -> None:
    gift(session, 1000)
    with pytest.raises(NotEnoughMoney):
        books.award(session, 1)
    settle(session, 965, 35)
    with pytest.raises(NotEnoughMoney):
        books.award(session, 966)
    books.award(session, 965)


def test_money_that_is_in_doubt_cannot_be_awarded(session: Session) -> None:
    books.pay_in(session, 5000)
    for nth, account in enumerate((chart.DISPUTED, chart.SUSPENSE)):
        service.force(
            session,
            event_key=f"txn:{nth}",
            kind="gift.disputed",
            happened_on=DAY,
            lines=[Line(account, chart.BANK, "public-giving", 1000)],
            actor="stripe",
            subject="donation:1",
        )
    position = queries.fund_positions(session)[1]
    assert (position.balance_pence, position.not_yet_money_pence, position.available_pence) == (5000, 2000, 3000)
    with pytest.raises(NotEnoughMoney):
        books.award(session, 3001)
    books.award(session, 3000)


def test_what_nobody_can_refuse_goes_below_zero_with_a_flag_and_stops_awards(session: Session) -> None:
    books.pay_in(session, 5000)
    within = refund(session, 1000)
    books.award(session, 3500)
    beyond = refund(session, 1000, key="txn:re_2")
    assert [queries.entry(session, posted.number).forced for posted in (within, beyond)] == [False, True]
    assert queries.available_pence(session, "public-giving") == -500
    with pytest.raises(NotEnoughMoney, match=r"has £0\.00 left"):
        books.award(session, 1)
    assert refund(session, 1000, key="txn:re_2") == Posted(beyond.entry_id, beyond.number, replayed=True, forced=True)
    books.pay_in(session, 501)
    books.award(session, 1)


@pytest.mark.parametrize(
    ("on", "inside"), [(date(2026, 3, 31), False), (date(2026, 4, 1), True), (date(2027, 3, 31), True), (date(2027, 4, 1), False)]
)
def test_a_fund_is_awarded_within_its_dates_only(session: Session, on: date, inside: bool) -> None:
    service.open_fund(
        session,
        code="year",
        name="This year's grant",
        restriction="restricted",
        purpose="Phones",
        starts_on=date(2026, 4, 1),
        ends_on=date(2027, 3, 31),
        actor="system",
    )
    books.pay_in(session, 5000, "year")
    if inside:
        assert not books.award(session, 5, "year", on=on).replayed
    else:
        with pytest.raises(FundClosed, match="given for 1 April 2026 to 31 March 2027"):
            books.award(session, 5, "year", on=on)


def test_what_was_agreed_in_time_is_answered_when_asked_again(session: Session) -> None:
    books.pay_in(session, 5000)
    first = books.award(session, 5000, key="grant:7")
    assert books.award(session, 5000, key="grant:7") == Posted(first.entry_id, first.number, replayed=True)


def test_releasing_gives_the_money_back_without_the_gate(session: Session) -> None:
    books.pay_in(session, 5000)
    books.award(session, 5000, key="grant:7")
    service.post(
        session,
        event_key="grant:7:release",
        kind="grant.released",
        happened_on=DAY,
        lines=[Line(chart.GRANTS_PAYABLE, "help-phone", "public-giving", 1200)],
        actor="user:1",
        subject="grant:7",
        reason="not-needed",
    )
    assert queries.available_pence(session, "public-giving") == 1200


def test_money_moves_between_funds_through_both_gates(session: Session) -> None:
    books.pay_in(session, 5000, "general")

    def move(pence: int, key: str) -> Posted:
        lines = [
            Line(chart.TRANSFERS_BETWEEN_FUNDS, chart.BANK, "general", pence),
            Line(chart.BANK, chart.TRANSFERS_BETWEEN_FUNDS, "public-giving", pence),
        ]
        return service.spend(
            session, event_key=key, kind="fund.moved", happened_on=DAY, lines=lines, actor="user:1", subject="fund:general"
        )

    move(2000, "move:1")
    with pytest.raises(NotEnoughMoney, match="General fund"):
        move(3001, "move:2")
    assert [position.available_pence for position in queries.fund_positions(session)] == [0, 2000, 3000]
    assert queries.balance_pence(session, chart.TRANSFERS_BETWEEN_FUNDS) == 0


def test_a_payment_needs_the_funds_own_cash(session: Session) -> None:
    books.pay_in(session, 10000, "general")
    gift(session, 5000)
    settle(session, 4900, 100)
    service.require_cash(session, fund_code="public-giving", amount_pence=4900)
    with pytest.raises(NotEnoughCash, match=r"Public giving has £49\.00 at hand.* This payment needs £49\.01\."):
        service.require_cash(session, fund_code="public-giving", amount_pence=4901)
    with pytest.raises(Refused, match="no fund “no-such”"):
        service.require_cash(session, fund_code="no-such", amount_pence=1)


def test_an_unknown_fund_or_account_is_named(session: Session) -> None:
    with pytest.raises(Refused, match="no fund “no-such”"):
        books.award(session, 1, "no-such")
    with pytest.raises(Refused, match="no account “no-such”"):
        service.spend(
            session,
            event_key="x:1",
            kind="grant.awarded",
            happened_on=DAY,
            lines=[Line("help-phone", "no-such", "general", 5)],
            actor="system",
            subject="grant:1",
        )
