"""Several people at the same request, or at the last pounds of a fund, in the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.db import Database, transaction
from fundapp.core.errors import Conflict, Refused
from fundapp.grants import asking, deciding, queries
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.steps import AlreadyDone
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.service import NotEnoughMoney
from fundapp.payouts import service as payouts
from tests.builders import grants as build


def all_at_once(database: Database, acts: list[Callable[..., object]]) -> list[Exception | None]:
    """What each act raised, all of them started in the same moment, each on a connection of its own."""
    ready = Barrier(len(acts))

    def run(act: Callable[..., object]) -> Exception | None:
        with database.session() as session:
            ready.wait()
            try:
                with transaction(session):
                    act(session)
            except Exception as error:
                return error
        return None

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def agreeing(actor: Actor, request: GrantRequest, version: int) -> Callable[..., object]:
    return lambda session: deciding.agree(session, actor=actor, request_id=request.id, version=version, fund_code="public-giving")


def test_eight_approve_the_last_fifty_pounds_and_leave_none_never_less(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        build.money(session, 5_000)
        requests = [build.waiting(session, who.worker, price_pence=5_000) for _ in range(8)]
        approvers = [who.approver.actor, who.approver_two.actor, who.approver_three.actor]
    raised = all_at_once(own_database, [agreeing(approvers[n % 3], request, 1) for n, request in enumerate(requests)])
    assert Counter(type(error) for error in raised) == {type(None): 1, NotEnoughMoney: 7}
    with own_database.session() as session:
        assert ledger.available_pence(session, "public-giving") == 0
        assert queries.agreed_not_paid_pence(session) == 5_000 == ledger.balance_pence(session, chart.GRANTS_PAYABLE)
        assert queries.waiting_count(session) == 7


def test_two_decide_in_the_same_moment_and_one_wins_and_the_other_is_told_kindly(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        build.money(session)
        request = build.waiting(session, who.worker)
        one, two = who.approver.actor, who.approver_two.actor

    def decline(session: Session) -> object:
        return deciding.decline(session, actor=two, request_id=request.id, version=1, reason="They have one.")

    raised = all_at_once(own_database, [agreeing(one, request, 1), decline])
    lost = [error for error in raised if error is not None]
    assert len(lost) == 1
    assert isinstance(lost[0], Conflict)
    assert lost[0].sentence.startswith(("Somebody agreed this at ", "Somebody declined this at "))
    with own_database.session() as session:
        now = session.get_one(GrantRequest, request.id)
        assert now.version == 2
        assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == (3_999 if now.status == Status.AGREED else 0)


def test_eight_clicks_on_agree_agree_once(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        build.money(session)
        request = build.waiting(session, who.worker)
        approver = who.approver.actor
    raised = all_at_once(own_database, [agreeing(approver, request, 1)] * 8)
    assert Counter(type(error) for error in raised) == {type(None): 1, AlreadyDone: 7}
    with own_database.session() as session:
        assert ledger.balance_pence(session, "help-phone") == 3_999


@pytest.mark.parametrize("release_by", ["finance_two", "finance_three"])
def test_releasing_and_sending_back_in_the_same_moment_does_one_of_them(own_database: Database, release_by: str) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        build.money(session)
        request = build.entered(session, who)
        actors = (who.seat(release_by).actor, who.finance_two.actor)
    raised = all_at_once(
        own_database,
        [
            lambda session: payouts.release_payment(session, actor=actors[0], request_id=request.id, version=3),
            lambda session: payouts.refuse_payment(session, actor=actors[1], request_id=request.id, version=3, reason="Wrong sum."),
        ],
    )
    assert sum(error is None for error in raised) == 1
    with own_database.session() as session:
        now = session.get_one(GrantRequest, request.id)
        paid = now.status == Status.PAID
        assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == (0 if paid else 3_999)
        assert ledger.balance_pence(session, chart.BANK) == (100_000 - 3_999 if paid else 100_000)


def test_withdrawing_and_entering_a_payment_in_the_same_moment_loses_no_commitment(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        build.money(session)
        request = build.agreed(session, who.worker, who.approver)
        worker, payer = who.worker.actor, who.finance.actor
    raised = all_at_once(
        own_database,
        [
            lambda session: asking.withdraw(session, actor=worker, request_id=request.id, version=2, words="They found one."),
            lambda session: payouts.enter_payment(
                session,
                actor=payer,
                request_id=request.id,
                version=2,
                amount_pence=3_999,
                paid_on=build.clock.today(),
                supplier="A shop",
                bank_reference="X",
            ),
        ],
    )
    assert sum(error is None for error in raised) == 1
    with own_database.session() as session:
        assert queries.agreed_not_paid_pence(session) == ledger.balance_pence(session, chart.GRANTS_PAYABLE)


def test_what_is_sent_while_another_tab_adds_a_thing_asks_for_what_its_things_cost(own_database: Database) -> None:
    with own_database.session() as session:
        worker = build.cast(session).worker
        drafts = [build.draft(session, worker).id for _ in range(3)]
        item_id = build.item(session, "bedding").id

    def send(draft: int) -> Callable[..., object]:
        return lambda session: asking.send(session, actor=worker.actor, request_id=draft, version=0)

    def add(draft: int) -> Callable[..., object]:
        return lambda session: asking.put_thing(session, actor=worker.actor, request_id=draft, position=2, item_id=item_id)

    # Whoever is second finds a thing without a price, or a request that was sent.
    raised = all_at_once(own_database, [act for draft in drafts for act in (send(draft), add(draft), add(draft))])
    assert all(error is None or isinstance(error, Refused) for error in raised), raised
    with own_database.session() as session:
        for draft in drafts:
            now = session.get_one(GrantRequest, draft)
            sent = now.status == Status.WAITING
            assert [thing.position for thing in now.things] == ([1] if sent else [1, 2])
            assert now.asked_pence == (3_999 if sent else None)
