"""Finance pays: one enters, another releases, and the ledger has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants.lifecycle import Status
from fundapp.ledger import chart, service
from fundapp.ledger import queries as ledger
from fundapp.ledger.service import Line, NotEnoughCash
from fundapp.payouts import service as payouts
from tests.builders import grants as build


def start(session: Session) -> build.Cast:
    build.money(session)
    return build.cast(session)


def test_entered_by_one_and_released_by_another_for_what_it_really_cost(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.agreed(session, who.worker, who.approver)
    sign_in_as(client, who.finance.user)
    page = client.get("/payouts").follow("Enter request")
    assert page.one("#enter_payment-amount")["value"] == "39.99"
    page = page.form('form[action$="enter"]').fill(amount="37.50", rest="last").submit()
    assert "Entered. Somebody else checks and releases it." in page.words
    assert "You entered this payment" in page.words
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 3_999
    sign_in_as(client, who.finance_two.user)
    page = client.get("/payouts").follow("Check request")
    page = page.form('form[action$="release"]').submit("Release £37.50")
    assert "Released and written in the ledger" in page.words
    session.refresh(request)
    assert (request.status, request.released_pence) == (Status.PAID, 249)
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 0
    assert ledger.balance_pence(session, "help-phone") == 3_750
    assert ledger.balance_pence(session, chart.BANK) == 100_000 - 3_750
    assert "£2.49" in page.words


def test_a_payment_sent_back_is_entered_again(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.entered(session, who)
    sign_in_as(client, who.finance_two.user)
    page = client.get(f"/payouts/{request.id}").form('form[action$="refuse"]').fill(words="The bill says £37.50.").submit()
    assert "Sent back. It can be entered again." in page.words
    assert "“The bill says £37.50.”" in page.words
    page = page.form('form[action$="enter"]').fill(amount="37.50", rest="last").submit()
    sign_in_as(client, who.finance.user)
    client.get(f"/payouts/{request.id}").form('form[action$="release"]').submit()
    session.refresh(request)
    assert (request.status, request.released_pence) == (Status.PAID, 249)
    sign_in_as(client, who.worker.user)
    told = client.get(f"/requests/{request.id}").words
    assert "The bill says" not in told
    assert "Payment entered" not in told


@pytest.mark.parametrize(
    ("field", "typed", "status", "said"),
    [
        ("amount", "40", 409, "£39.99 was agreed. A payment is more than nothing and not above that."),
        ("amount", "0", 422, "The least is 1p."),
        ("paid_on-year", "2099", 409, "The day it is paid is today, or a day since it was agreed."),
        ("paid_on-year", "2020", 409, "The day it is paid is today, or a day since it was agreed."),
        ("reference", "", 422, "Give the reference"),
    ],
)
def test_what_cannot_be_paid_is_told_and_what_was_typed_stays(
    client: Any, session: Session, sign_in_as: Any, field: str, typed: str, status: int, said: str
) -> None:
    who = start(session)
    request = build.agreed(session, who.worker, who.approver)
    sign_in_as(client, who.finance.user)
    form = client.get(f"/payouts/{request.id}").form('form[action$="enter"]')
    before = build.footprint(session)
    page = form.fill({field: typed, "supplier": "The other shop"}).submit()
    assert (page.status, said in page.words) == (status, True), page.words
    assert page.one("#enter_payment-supplier")["value"] == "The other shop"
    assert page.one(f'[name="{field}"]')["value"] == typed
    assert build.footprint(session) == before


def test_money_that_is_not_in_the_bank_yet_is_not_paid_out(session: Session) -> None:
    who = start(session)
    request = build.entered(session, who)
    # The fund's money moves out of reach after the award: what it owns is there, but cannot pay anybody.
    lines = [Line(chart.SUSPENSE, chart.BANK, "public-giving", 99_000)]
    service.force(
        session, event_key="test:stuck", kind="test.stuck", happened_on=clock.today(), lines=lines, actor="system", subject="test:1"
    )
    session.commit()
    second = who.finance_two.actor
    before = build.footprint(session)
    with pytest.raises(NotEnoughCash):
        payouts.release_payment(session, actor=second, request_id=request.id, version=request.version)
    session.rollback()
    assert build.footprint(session) == before


def test_the_database_itself_refuses_one_person_for_both(session: Session) -> None:
    who = start(session)
    request = build.entered(session, who)
    with pytest.raises(IntegrityError, match="ck_payment_released_by_another"):
        session.execute(text("UPDATE payment SET released_by = entered_by, released_at = now() WHERE request_id = :id"), {"id": request.id})
    session.rollback()


def test_what_was_entered_cannot_be_changed_afterwards(session: Session) -> None:
    who = start(session)
    build.entered(session, who)
    with pytest.raises(Exception, match="permission denied"):
        session.execute(text("UPDATE payment SET amount_pence = 1"))
    session.rollback()


def test_an_award_that_will_not_be_spent_goes_back_to_its_fund(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.agreed(session, who.worker, who.approver)
    sign_in_as(client, who.finance.user)
    page = client.get(f"/payouts/{request.id}").form('form[action$="give-back"]').fill(words="They moved away.").submit()
    assert "Given back to its fund" in page.words
    session.refresh(request)
    assert (request.status, request.released_pence) == (Status.WITHDRAWN, 3_999)
    assert ledger.available_pence(session, "public-giving") == 100_000
    assert ledger.balance_pence(session, "help-phone") == 0
    sign_in_as(client, who.worker.user)
    assert "They moved away." in client.get(f"/requests/{request.id}").words


def test_a_payment_may_be_dated_on_the_day_the_bank_paid(session: Session) -> None:
    who = start(session)
    with clock.at(clock.now() - timedelta(days=5)):
        request = build.agreed(session, who.worker, who.approver)
    three_days_ago = clock.today() - timedelta(days=3)
    payouts.enter_payment(
        session,
        actor=who.finance.actor,
        request_id=request.id,
        version=request.version,
        amount_pence=3_999,
        paid_on=three_days_ago,
        supplier="A shop",
        bank_reference="X",
    )
    payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=request.version)
    paid = [entry for entry in ledger.entries_for(session, request.subject) if entry.kind == "grant.paid"]
    assert [entry.happened_on for entry in paid] == [three_days_ago]
