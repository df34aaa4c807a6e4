"""Figures for the other rooms: equal to the ledger, and told in few questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants import deciding, figures, queries
from fundapp.ledger import queries as ledger
from tests.builders import grants as build

MARCH, APRIL = datetime(2026, 3, 10, 12, tzinfo=UTC), datetime(2026, 4, 10, 12, tzinfo=UTC)
QUARTER = (MARCH.date().replace(month=1, day=1), MARCH.date().replace(day=31))


def test_help_by_kind_is_the_movement_of_the_expense_accounts_in_the_same_days(session: Session) -> None:
    who = build.cast(session)
    with clock.at(MARCH - timedelta(days=2)):
        build.money(session)
    with clock.at(MARCH):
        first = build.paid(session, who, amount_pence=3_000)
        build.agreed(session, who.worker, who.approver, person_id=first.person_id)
        build.agreed(session, who.other_worker, who.approver, code="furniture", price_pence=16_000)
        build.agreed(session, who.amber, who.approver, code="furniture", price_pence=15_000)
        given_back = build.agreed(session, who.worker, who.approver, code="id", price_pence=1_250)
        deciding.release_award(session, actor=who.approver.actor, request_id=given_back.id, version=given_back.version, reason="Moved.")
        late = build.agreed(session, who.worker, who.approver, code="id", price_pence=1_250)
    with clock.at(APRIL):
        deciding.release_award(session, actor=who.approver.actor, request_id=late.id, version=late.version, reason="Moved.")
        build.agreed(session, who.other_worker, who.approver)
    session.commit()
    found = {one.kind_code: one for one in figures.help_by_kind(session, *QUARTER)}
    assert {code: (one.people, one.teams, one.spent_pence) for code, one in found.items()} == {
        "help-furniture": (2, 2, 31_000),
        "help-phone": (1, 1, 3_000 + 3_999),
        "help-id": (1, 1, 1_250),
    }
    for since, until in (QUARTER, (APRIL.date(), APRIL.date()), (QUARTER[0], APRIL.date())):
        for one in figures.help_by_kind(session, since, until):
            assert one.spent_pence == ledger.balance_pence(session, one.kind_code, since=since, as_of=until)
    april = {one.kind_code: one.spent_pence for one in figures.help_by_kind(session, APRIL.date(), APRIL.date())}
    assert april == {"help-phone": 3_999, "help-id": -1_250}
    assert figures.help_by_kind(session, APRIL.date() + timedelta(days=1), APRIL.date() + timedelta(days=1)) == []


def test_a_usual_answer_is_the_middle_one(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    nothing = queries.answer_times(session, MARCH, APRIL)
    assert (nothing.answers, nothing.median) == (0, None)
    for hours in (1, 5, 30):
        with clock.at(MARCH):
            request = build.waiting(session, who.worker)
        with clock.at(MARCH + timedelta(hours=hours)):
            deciding.decline(session, actor=who.approver.actor, request_id=request.id, version=1, reason="No.")
    session.commit()
    times = queries.answer_times(session, MARCH, APRIL)
    assert (times.answers, times.median) == (3, timedelta(hours=5))
    assert queries.answer_times(session, MARCH, MARCH + timedelta(hours=5)).answers == 1


def test_what_waits_and_what_is_owed_are_counted(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    build.waiting(session, who.worker)
    agreed = build.agreed(session, who.worker, who.approver)
    entered = build.entered(session, who)
    build.paid(session, who)
    assert queries.waiting_count(session) == 1
    assert queries.agreed_not_paid_pence(session) == 2 * 3_999 == ledger.balance_pence(session, "grants-payable")
    assert [row.id for row in queries.requests_for_finance(session)] == [agreed.id, entered.id]
