"""An award is paid in parts, what is not needed goes back once, and never is more paid than was agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.errors import Conflict, FundError, NotAllowed, NotFound, Refused
from fundapp.grants import asking, confirming, deciding, queries
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.steps import AlreadyDone
from fundapp.grants.together import moving
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.service import NotEnoughCash
from fundapp.payouts import service as payouts
from tests.builders import grants as build
from tests.integration.grants.test_two_at_once import all_at_once

AGREED = 50_000


def start(session: Session) -> tuple[build.Cast, GrantRequest]:
    """£500 agreed for a furniture pack, £300 of it paid."""
    build.money(session)
    who = build.cast(session)
    build.item(session, "furniture", low=40_000, high=60_000)
    # Now, so that a refusal is not mistaken for somebody's arrival.
    for name in ("finance", "finance_two", "finance_three"):
        who.seat(name)
    return who, build.part_paid(session, who, code="furniture", price_pence=AGREED, part_pence=30_000)


def keys(session: Session, request: GrantRequest) -> list[str]:
    """The events of a request in the ledger."""
    return [entry.event_key.removeprefix(f"{request.subject}:") for entry in ledger.entries_for(session, request.subject)]


def enter(session: Session, by: build.Seat, request: GrantRequest, pence: int, *, is_last: bool = False) -> None:
    build.enter(session, by, request, amount_pence=pence, is_last=is_last)


def release(session: Session, by: build.Seat, request: GrantRequest) -> None:
    payouts.release_payment(session, actor=by.actor, request_id=request.id, version=request.version)
    session.commit()


def refused(session: Session, act: Callable[[], object], kind: type[FundError] = Refused) -> str:
    """What a refused act says, having changed nothing."""
    before = build.footprint(session)
    with pytest.raises(kind) as told:
        act()
    session.rollback()
    assert build.footprint(session) == before
    return told.value.sentence


def test_three_parts_and_the_rest_and_every_penny_stands_in_the_ledger(session: Session) -> None:
    who, request = start(session)
    assert (request.status, request.paid_pence, request.set_aside_pence) == (Status.PART_PAID, 30_000, 20_000)
    assert queries.agreed_not_paid_pence(session) == 20_000 == ledger.balance_pence(session, chart.GRANTS_PAYABLE)
    enter(session, who.finance_two, request, 5_000)
    release(session, who.finance_three, request)
    enter(session, who.finance, request, 14_000, is_last=True)
    release(session, who.finance_two, request)
    assert (request.status, request.paid_pence, request.released_pence) == (Status.PAID, 49_000, 1_000)
    assert keys(session, request) == ["award", "payment:1", "payment:2", "payment:3", "release"]
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 0 == queries.agreed_not_paid_pence(session)
    assert ledger.balance_pence(session, "help-furniture") == 49_000
    assert ledger.balance_pence(session, chart.BANK) == 100_000 - 49_000
    assert ledger.available_pence(session, "public-giving") == 100_000 - 49_000


def test_a_payment_of_all_that_is_left_is_the_last_whatever_was_said(session: Session) -> None:
    who, request = start(session)
    enter(session, who.finance, request, 20_000, is_last=False)
    release(session, who.finance_two, request)
    assert (request.status, request.set_aside_pence) == (Status.PAID, 0)
    assert keys(session, request) == ["award", "payment:1", "payment:2"]


@pytest.mark.parametrize("pence", [0, -1, 20_001, 50_000, 10**15])
def test_nothing_and_more_than_is_left_are_refused(session: Session, pence: int) -> None:
    who, request = start(session)
    how = {"paid_on": clock.today(), "supplier": "A shop", "bank_reference": "X", "is_last": False, "version": request.version}
    said = refused(
        session, lambda: payouts.enter_payment(session, actor=who.finance.actor, request_id=request.id, amount_pence=pence, **how)
    )
    assert said == "£200.00 of £500.00 is still set aside. A payment is more than nothing and not above that."


def test_each_payment_has_two_people_and_never_whoever_agreed_it(session: Session) -> None:
    who, request = start(session)
    enter(session, who.finance_two, request, 5_000)
    assert "You entered this payment" in refused(session, lambda: release(session, who.finance_two, request), NotAllowed)
    # The first of the first payment may be the second of the next.
    release(session, who.finance, request)
    assert request.paid_pence == 35_000


def test_a_next_payment_sent_back_leaves_what_was_paid_and_is_entered_anew_under_a_new_number(session: Session) -> None:
    who, request = start(session)
    enter(session, who.finance, request, 19_000, is_last=True)
    second, version = who.finance_two.actor, request.version
    payouts.refuse_payment(session, actor=second, request_id=request.id, version=version, reason="The bill says £190.50.")
    session.commit()
    assert (request.status, request.set_aside_pence) == (Status.PART_PAID, 20_000)
    said = refused(
        session, lambda: payouts.refuse_payment(session, actor=second, request_id=request.id, version=version, reason="Again."), AlreadyDone
    )
    assert said.startswith("You sent the next payment of this back at")
    enter(session, who.finance, request, 19_050, is_last=True)
    release(session, who.finance_two, request)
    assert keys(session, request) == ["award", "payment:1", "payment:3", "release"]
    assert (request.paid_pence, request.released_pence) == (49_050, 950)


def test_a_second_click_on_release_pays_no_second_time(session: Session) -> None:
    who, request = start(session)
    first = request.version - 1
    said = refused(
        session,
        lambda: payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=first),
        AlreadyDone,
    )
    assert said.startswith("You released a part payment of this at")
    stale = refused(
        session, lambda: payouts.release_payment(session, actor=who.finance_three.actor, request_id=request.id, version=first), Conflict
    )
    assert stale.startswith("Somebody released a part payment of this at")


def test_the_rest_given_back_ends_it_as_paid_and_its_bill_is_still_shown(session: Session) -> None:
    who, request = start(session)
    version = request.version
    deciding.release_rest(session, actor=who.finance.actor, request_id=request.id, version=version, reason="It was cheaper.")
    session.commit()
    assert (request.status, request.paid_pence, request.released_pence, request.pence) == (Status.PAID, 30_000, 20_000, 30_000)
    assert keys(session, request) == ["award", "payment:1", "release"]
    assert ledger.available_pence(session, "public-giving") == 70_000
    again = {"actor": who.finance.actor, "request_id": request.id, "reason": "Again."}
    refused(session, lambda: deciding.release_rest(session, version=version, **again), AlreadyDone)
    refused(session, lambda: deciding.release_rest(session, version=request.version, **again), Conflict)
    confirming.confirm(session, actor=who.worker.actor, request_id=request.id, version=request.version, bill=build.photo())
    assert request.status is Status.IN_HANDS


def test_an_award_cancelled_wholly_releases_all_of_it_once(session: Session) -> None:
    build.money(session)
    who = build.cast(session)
    request = build.agreed(session, who.worker, who.approver)
    deciding.release_award(session, actor=who.finance.actor, request_id=request.id, version=request.version, reason="They moved away.")
    session.commit()
    assert (request.status, request.set_aside_pence) == (Status.WITHDRAWN, 0)
    penny = [moving.Moved("help-phone", "public-giving", 1)]
    said = refused(session, lambda: moving.give_back(session, request, penny, actor=who.finance.actor, reason="not-needed"))
    assert said == "£0.00 is still set aside for this request, and £0.01 is more than that."


def test_the_key_worker_shows_a_bill_for_each_part_and_may_say_that_the_rest_is_not_needed(session: Session) -> None:
    who, request = start(session)
    worker = who.worker.actor
    confirming.confirm(session, actor=worker, request_id=request.id, version=request.version, bill=build.photo())
    session.commit()
    assert (request.status, len(queries.bills(session, request.id))) == (Status.PART_PAID, 1)
    twice = {"actor": worker, "request_id": request.id, "version": request.version - 1, "bill": build.photo()}
    refused(session, lambda: confirming.confirm(session, **twice), AlreadyDone)
    asking.withdraw(session, actor=worker, request_id=request.id, version=request.version, words="They were given a bed.")
    session.commit()
    assert (request.status, request.released_pence) == (Status.PAID, 20_000)
    confirming.confirm(session, actor=worker, request_id=request.id, version=request.version, bill=build.photo())
    assert (request.status, len(queries.bills(session, request.id))) == (Status.IN_HANDS, 2)


def took_back(session: Session, by: build.Seat, request: GrantRequest, number: int, version: int | None = None) -> None:
    payouts.take_back_payment(
        session, actor=by.actor, request_id=request.id, version=version or request.version, number=number, reason="The bank sent it back."
    )
    session.commit()


def test_a_payment_that_came_back_is_set_aside_again_and_can_be_paid_anew(session: Session) -> None:
    who, request = start(session)
    enter(session, who.finance, request, 19_000, is_last=True)
    release(session, who.finance_two, request)
    assert request.status is Status.PAID
    took_back(session, who.finance_three, request, 2)
    assert (request.status, request.paid_pence, request.released_pence, request.set_aside_pence) == (
        Status.PART_PAID,
        30_000,
        1_000,
        19_000,
    )
    assert moving.set_aside_pence(session, request)["public-giving"] == 19_000 == ledger.balance_pence(session, chart.GRANTS_PAYABLE)
    refused(session, lambda: took_back(session, who.finance_three, request, 2, request.version - 1), AlreadyDone)
    assert "came back before" in refused(session, lambda: took_back(session, who.finance_three, request, 2), Conflict)
    refused(session, lambda: took_back(session, who.finance_three, request, 3), NotFound)
    took_back(session, who.finance_three, request, 1)
    assert (request.status, request.paid_pence, request.set_aside_pence) == (Status.AGREED, 0, 49_000)
    enter(session, who.finance, request, 48_000, is_last=True)
    release(session, who.finance_two, request)
    assert (request.status, request.paid_pence, request.released_pence) == (Status.PAID, 48_000, 2_000)
    assert ledger.balance_pence(session, chart.BANK) == 100_000 - 48_000
    assert sorted(keys(session, request)) == sorted(
        ["award", "payment:1", "payment:2", "release", "payment:2:reversal", "payment:1:reversal", "payment:3", "release:2"]
    )


def test_an_entry_reversed_past_this_room_lets_nobody_pay_more_than_was_agreed(session: Session) -> None:
    who, request = start(session)
    paid = next(entry for entry in ledger.entries_for(session, request.subject) if entry.kind == "grant.paid")
    build.books.service.reverse(
        session, number=paid.number, event_key="correction:1", happened_on=clock.today(), actor="user:1", reason="entered-twice"
    )
    session.commit()
    assert (queries.agreed_not_paid_pence(session), ledger.balance_pence(session, chart.GRANTS_PAYABLE)) == (20_000, 50_000)
    # What was reversed once cannot be taken back a second time.
    refused(session, lambda: took_back(session, who.finance_three, request, 1), Conflict)
    enter(session, who.finance, request, 20_000)
    release(session, who.finance_two, request)
    assert request.set_aside_pence == 0


def test_a_replay_of_a_payment_in_the_ledger_is_the_entry_that_stands_and_another_amount_is_a_conflict(session: Session) -> None:
    who, request = start(session)
    same = {"actor": who.finance_two.actor, "number": 1, "paid_on": clock.today()}
    # The fund has no cash left, and less is set aside than the payment was: the one that stands is the answer all the same.
    enter(session, who.finance, request, 20_000)
    release(session, who.finance_two, request)
    before = build.footprint(session)["entry"]
    moving.pay(session, request, [moving.Moved("", "public-giving", 30_000)], **same)
    assert build.footprint(session)["entry"] == before
    with pytest.raises(Conflict, match="with other content"):
        moving.pay(session, request, [moving.Moved("", "public-giving", 29_999)], **same)
    session.rollback()


def test_money_that_is_not_in_the_bank_pays_no_part(session: Session) -> None:
    who, request = start(session)
    enter(session, who.finance, request, 10_000)
    line = build.books.Line(chart.SUSPENSE, chart.BANK, "public-giving", 65_000)
    build.books.service.force(
        session, event_key="test:stuck", kind="test.stuck", happened_on=clock.today(), lines=[line], actor="system", subject="test:1"
    )
    session.commit()
    refused(session, lambda: release(session, who.finance_two, request), NotEnoughCash)


@pytest.mark.parametrize(
    "change",
    [
        "paid_pence = 50001",
        "paid_pence = 20001, released_pence = 30000",
        "paid_pence = -1",
        "paid_pence = 0",
        "status = 'agreed'",
        "status = 'paid'",
        "status = 'withdrawn', released_pence = 20000",
    ],
)
def test_the_database_itself_refuses_figures_that_cannot_be(session: Session, change: str) -> None:
    _, request = start(session)
    with pytest.raises(IntegrityError, match="ck_grant_request_paid"):
        session.execute(text(f"UPDATE grant_request SET {change} WHERE id = :id"), {"id": request.id})
    session.rollback()


# Several at once.


def test_eight_enter_the_last_part_at_once_and_one_does(own_database: Database) -> None:
    with own_database.session() as session:
        who, request = start(session)
        officers, version = [who.finance.actor, who.finance_two.actor, who.finance_three.actor], request.version

    def entering(nth: int) -> Callable[[Session], object]:
        return lambda session: payouts.enter_payment(
            session,
            actor=officers[nth % 3],
            request_id=request.id,
            version=version,
            amount_pence=20_000 - nth,
            paid_on=clock.today(),
            supplier="A shop",
            bank_reference=f"X{nth}",
        )

    raised = all_at_once(own_database, [entering(nth) for nth in range(8)])
    assert sum(error is None for error in raised) == 1
    assert all(isinstance(error, Conflict) for error in raised if error is not None)
    with own_database.session() as session:
        assert session.scalar(text("SELECT count(*) FROM payment WHERE released_at IS NULL")) == 1


def test_eight_release_the_last_part_at_once_and_it_is_paid_once(own_database: Database) -> None:
    with own_database.session() as session:
        who, request = start(session)
        enter(session, who.finance, request, 19_000, is_last=True)
        seconds, version = [who.finance_two.actor, who.finance_three.actor], request.version
    raised = all_at_once(
        own_database,
        [
            lambda session, by=seconds[nth % 2]: payouts.release_payment(session, actor=by, request_id=request.id, version=version)
            for nth in range(8)
        ],
    )
    assert Counter(isinstance(error, Conflict) for error in raised) == {True: 7, False: 1}
    with own_database.session() as session:
        now = session.get_one(GrantRequest, request.id)
        assert (now.status, now.paid_pence, now.released_pence) == (Status.PAID, 49_000, 1_000)
        assert ledger.balance_pence(session, chart.BANK) == 100_000 - 49_000
        assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 0


def test_a_part_is_released_while_the_rest_is_given_back_and_taken_back_and_nothing_is_lost(own_database: Database) -> None:
    with own_database.session() as session:
        who, request = start(session)
        officer, worker, version = who.finance.actor, who.worker.actor, request.version
    how = {"request_id": request.id, "version": version}
    raised = all_at_once(
        own_database,
        [
            lambda session: deciding.release_rest(session, actor=officer, reason="Cheaper.", **how),
            lambda session: asking.withdraw(session, actor=worker, words="They have one.", **how),
            lambda session: payouts.take_back_payment(session, actor=officer, number=1, reason="It came back.", **how),
            lambda session: payouts.enter_payment(
                session, actor=officer, amount_pence=20_000, paid_on=clock.today(), supplier="A shop", bank_reference="X", **how
            ),
        ],
    )
    assert sum(error is None for error in raised) == 1
    with own_database.session() as session:
        now = session.get_one(GrantRequest, request.id)
        assert now.set_aside_pence == queries.agreed_not_paid_pence(session) == ledger.balance_pence(session, chart.GRANTS_PAYABLE)


def test_past_the_requests_own_lock_the_funds_gate_keeps_eight_payments_within_what_was_agreed(own_database: Database) -> None:
    with own_database.session() as session:
        who, request = start(session)
        # What somebody else's award has set aside in the same fund is not this one's.
        build.agreed(session, who.worker, who.approver)
        officer, today = who.finance.actor, clock.today()

    def paying(number: int) -> Callable[[Session], object]:
        def pay(session: Session) -> None:
            found = session.get_one(GrantRequest, request.id)
            moving.pay(session, found, [moving.Moved("", "public-giving", 6_000)], actor=officer, number=number, paid_on=today)

        return pay

    raised = all_at_once(own_database, [paying(number) for number in range(2, 10)])
    assert Counter(type(error) for error in raised) == {type(None): 3, Refused: 5}
    with own_database.session() as session:
        assert moving.set_aside_pence(session, session.get_one(GrantRequest, request.id)) == {"public-giving": 2_000}


def test_the_day_of_each_payment_is_the_day_the_bank_paid(session: Session) -> None:
    who, request = start(session)
    day: date = clock.today()
    enter(session, who.finance, request, 1_000)
    release(session, who.finance_two, request)
    assert [entry.happened_on for entry in ledger.entries_for(session, request.subject) if entry.kind == "grant.paid"] == [day, day]
