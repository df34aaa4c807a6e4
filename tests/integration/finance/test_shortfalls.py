"""When what nobody can refuse takes a fund below what it had, an alarm stands until somebody says what it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.actor import STRIPE, Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.finance.shortfalls import Shortfall, close_shortfall, open_shortfalls
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import settling
from fundapp.grants import deciding
from fundapp.ledger import chart, service
from fundapp.ledger import queries as ledger
from fundapp.ledger.service import Line, NotEnoughMoney
from tests.builders import giving as donors
from tests.builders import grants as build
from tests.builders import ledger as books
from tests.builders import people
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


def short_by(pounds: str) -> str:
    return f"Public giving is £{pounds} short: awards from it wait until it has recovered."


SHORT = short_by("12.40")


def alarms(session: Session) -> list[Shortfall]:
    return open_shortfalls(session, ledger.fund_positions(session))


def take(session: Session, pence: int, *, key: str = "txn:txn_1", fund: str = "public-giving") -> int:
    """Stripe takes money back."""
    posted = service.force(
        session,
        event_key=key,
        kind="gift.refunded",
        happened_on=clock.today(),
        lines=[Line(chart.REFUNDS, chart.STRIPE_BALANCE, fund, pence)],
        actor=STRIPE.reference,
        subject="donation:1",
    )
    session.commit()
    return posted.number


@pytest.fixture
def short(session: Session) -> int:
    """Public giving had £10.00 free when £22.40 was taken: the entry's number."""
    books.open_books(session)
    books.pay_in(session, 1_000)
    books.pay_in(session, 5_000, "general")
    return take(session, 2_240)


def test_the_alarm_is_the_flagged_entry_and_says_how_short_the_fund_is(session: Session, short: int) -> None:
    (alarm,) = alarms(session)
    assert (alarm.number, alarm.sentences, alarm.what) == (short, (SHORT,), "Gift given back")
    assert ledger.entry(session, short).forced
    # Told again by another messenger, it is the same entry and the same alarm.
    assert take(session, 2_240) == short
    assert len(alarms(session)) == 1


def test_a_fund_that_could_bear_it_raises_no_alarm(session: Session) -> None:
    books.open_books(session)
    books.pay_in(session, 1_000)
    take(session, 1_000)
    assert alarms(session) == []


def test_each_that_takes_it_further_down_raises_its_own_and_all_tell_how_it_stands_now(session: Session, short: int) -> None:
    take(session, 100, key="txn:txn_2")
    assert [alarm.sentences for alarm in alarms(session)] == [(short_by("13.40"),)] * 2
    books.pay_in(session, 5_000)
    assert {alarm.sentences[0] for alarm in alarms(session)} == {
        "Public giving was short for a time. It has recovered, and can be awarded from again."
    }


def test_a_correction_that_takes_a_fund_below_nothing_is_as_much_an_alarm(session: Session) -> None:
    books.open_books(session)
    number = books.pay_in(session, 1_000).number
    books.award(session, 900)
    undone = service.reverse(
        session, number=number, event_key="correction:1", happened_on=clock.today(), actor="user:1", reason="entered-twice"
    )
    (alarm,) = alarms(session)
    assert (alarm.number, alarm.what) == (undone.number, "Correction")
    assert alarm.sentences == (short_by("9.00"),)


def test_a_correction_of_a_move_between_funds_tells_of_the_fund_that_is_short_alone(session: Session) -> None:
    books.open_books(session)
    books.pay_in(session, 1_000, "general")
    lines = [
        Line(chart.TRANSFERS_BETWEEN_FUNDS, chart.BANK, "general", 600),
        Line(chart.BANK, chart.TRANSFERS_BETWEEN_FUNDS, "public-giving", 600),
    ]
    moved = service.spend(
        session, event_key="move:1", kind="fund.moved", happened_on=clock.today(), lines=lines, actor="user:1", subject="fund:general"
    )
    books.award(session, 600)
    service.reverse(session, number=moved.number, event_key="correction:1", happened_on=clock.today(), actor="user:1", reason="wrong-fund")
    assert [alarm.sentences for alarm in alarms(session)] == [(short_by("6.00"),)]


def test_a_refund_at_stripe_of_a_gift_that_was_spent_raises_the_alarm(session: Session, stand_in: StandIn) -> None:
    books.open_books(session)
    stripe: StripeGateway = donors.gateway_of(stand_in)
    gift = donors.started(session, stripe, 2_000)
    stand_in.pay(gift.session_id or "")
    settling.settle_session(session, stripe, gift.session_id or "")
    books.award(session, ledger.available_pence(session, "public-giving"))
    session.commit()
    assert alarms(session) == []
    charge = donors.gift_of(session).charge_id or ""
    client_of(stand_in).v1.refunds.create({"charge": charge, "amount": 500})
    settling.settle_charge(session, stripe, charge)
    settling.settle_charge(session, stripe, charge)
    (alarm,) = alarms(session)
    assert alarm.sentences == (short_by("5.00"),)


def test_nobody_can_award_from_it_and_the_approver_reads_why(client: Client, session: Session, sign_in_as: SignIn, short: int) -> None:
    who = build.cast(session)
    build.item(session)
    request = build.waiting(session, who.worker, price_pence=500)
    sign_in_as(client, who.approver.user)
    page = client.get(f"/decisions/{request.id}")
    assert "£12.40 short: awards from it wait until it has recovered" in page.words
    assert page.one('input[value="public-giving"]').has_attr("disabled")
    assert not page.one('input[value="general"]').has_attr("disabled")
    before = build.footprint(session)
    with pytest.raises(NotEnoughMoney):
        deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=1, fund_code="public-giving")
    session.rollback()
    assert build.footprint(session) == before


def test_it_stands_on_the_desk_until_finance_closes_it_with_a_reason(
    client: Client, session: Session, sign_in_as: SignIn, short: int
) -> None:
    sign_in_as(client, people.user(session, Role.FINANCE))
    desk = client.get("/finance")
    assert SHORT in desk.text(".notice.bad")
    assert "1 to look at" in desk.words
    assert "Beyond what the fund had" in desk.follow(f"Entry {short:,}").words
    page = desk.follow("says what it was")
    assert SHORT in page.words
    page = page.form(f'form[action$="{short}/close"]').submit()
    assert "Say what you found, so that the next reader knows." in page.words
    page = page.form(f'form[action$="{short}/close"]').fill(words="The donor asked for it back.").submit()
    assert "Closed. What you found is kept with it." in page.words
    assert SHORT not in page.words
    desk = client.get("/finance")
    assert "short: awards from it wait" not in desk.words
    # The fund is as short as before, and the entry keeps its flag.
    assert "−£12.40" in desk.words
    assert "Beyond what the fund had" in client.get(f"/finance/ledger/entries/{short}").words
    (told,) = audit.trail(session, f"entry:{short}")
    assert (told.kind, told.words) == ("shortfall.closed", "The donor asked for it back.")


def test_only_finance_closes_one_and_only_once_and_only_one_that_stands(
    client: Client, session: Session, sign_in_as: SignIn, short: int
) -> None:
    officer = people.user(session, Role.FINANCE)
    finance = Actor(f"user:{officer.id}", officer.id, frozenset({Role.FINANCE}))
    harmless = books.pay_in(session, 1).number
    for role in set(Role) - {Role.FINANCE}:
        with pytest.raises(NotAllowed):
            close_shortfall(session, actor=Actor("user:1", officer.id, frozenset({role})), number=short, words="Fine.")
    for number, words, said in (
        (short, " ", "Say what you found"),
        (short, "x" * 2_001, "Keep it under"),
        (harmless, "Fine.", "took no fund below what it had"),
        (10**15, "Fine.", "took no fund below what it had"),
    ):
        with pytest.raises(Refused, match=said):
            close_shortfall(session, actor=finance, number=number, words=words)
    close_shortfall(session, actor=finance, number=short, words="Known.")
    with pytest.raises(Refused, match="closed already"):
        close_shortfall(session, actor=finance, number=short, words="Known.")
    session.commit()
    sign_in_as(client, people.user(session, Role.AUDITOR))
    assert client.post(f"/finance/needs-a-look/shortfalls/{short}/close", {"words": "Fine."}).status == 403
    with pytest.raises(Exception, match="permission denied"):
        session.execute(text("DELETE FROM shortfall_closed"))
    session.rollback()
