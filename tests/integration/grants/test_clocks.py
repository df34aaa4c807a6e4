"""The clock of a request: written when it is sent, still while others hold it, the same everywhere; and who is told that it waits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants import asking, deciding
from fundapp.grants.clocks import reminding
from fundapp.grants.clocks import service as clocks
from fundapp.grants.clocks.models import Reminder
from fundapp.grants.models import GrantRequest
from fundapp.people import covering
from tests.builders import grants as build


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.LONDON).astimezone(UTC)


MONDAY = wall("2026-11-23T09:00")


@pytest.fixture
def who(session: Session) -> build.Cast:
    build.money(session)
    who = build.cast(session)
    for name in ("worker", "approver", "approver_two", "finance", "admin"):
        who.seat(name)
    return who


def asked(session: Session, who: build.Cast, at: datetime, **how: Any) -> GrantRequest:
    with clock.at(at):
        return build.waiting(session, who.worker, **how)


def test_a_request_has_its_clock_from_the_moment_it_is_sent(session: Session, who: build.Cast) -> None:
    with clock.at(MONDAY):
        draft = build.draft(session, who.worker)
        assert draft.due_at is None
        assert not draft.is_overdue
        small = build.waiting(session, who.worker, price_pence=9_000)
        large = build.waiting(session, who.worker, price_pence=30_000)
    assert small.due_at == wall("2026-11-23T17:00")
    assert large.due_at == wall("2026-11-25T09:00")


def test_whoever_is_on_call_brings_it_forward(session: Session, who: build.Cast) -> None:
    with clock.at(MONDAY):
        approver = who.approver.id
        evening = {"starts_at": wall("2026-11-23T17:00"), "ends_at": wall("2026-11-23T21:00")}
        covering.put_on_call(session, actor=who.admin.actor, user_id=approver, **evening)
    assert asked(session, who, wall("2026-11-23T18:30")).due_at == wall("2026-11-23T21:00")
    assert asked(session, who, wall("2026-11-24T18:30")).due_at == wall("2026-11-25T17:00")


def test_the_day_it_must_be_there_by_bounds_it(session: Session, who: build.Cast) -> None:
    with clock.at(MONDAY):
        request = build.draft(session, who.worker, price_pence=30_000)
        request.needed_by = date(2026, 11, 24)
        asking.send(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    assert request.due_at == wall("2026-11-23T17:00")


@pytest.mark.parametrize("moment", ["2026-03-30T16:00:00+00:00", "2026-10-26T17:00:00+00:00"])
def test_overdue_is_the_same_in_python_and_in_the_database_to_the_microsecond(session: Session, who: build.Cast, moment: str) -> None:
    # On the Monday after the clocks went forward, and after they went back: five on the wall.
    due = datetime.fromisoformat(moment)
    request = asked(session, who, due - timedelta(hours=7))
    assert request.due_at == due
    for after, late in ((timedelta(0), False), (timedelta(microseconds=-1), False), (timedelta(microseconds=1), True)):
        with clock.at(due + after):
            assert request.is_overdue is late
            found = session.scalars(select(GrantRequest.id).where(GrantRequest.is_overdue)).all()
            assert (request.id in found) is late


def test_nothing_is_overdue_that_has_its_answer_or_waits_for_somebody_else(session: Session, who: build.Cast) -> None:
    answered, question, paused = (asked(session, who, MONDAY) for _ in range(3))
    with clock.at(MONDAY + timedelta(hours=1)):
        deciding.decline(session, actor=who.approver.actor, request_id=answered.id, version=1, reason="No.")
        deciding.ask_question(session, actor=who.approver.actor, request_id=question.id, version=1, words="Which?")
        paused.paused_at = clock.now()
        session.commit()
    with clock.at(MONDAY + timedelta(days=9)):
        assert not any(one.is_overdue for one in (answered, question, paused))
        assert session.scalar(select(func.count()).where(GrantRequest.is_overdue)) == 0


def test_a_question_stops_the_clock_and_its_answer_lets_it_go_on(session: Session, who: build.Cast) -> None:
    request = asked(session, who, MONDAY)
    with clock.at(wall("2026-11-23T12:00")):
        deciding.ask_question(session, actor=who.approver.actor, request_id=request.id, version=1, words="Which?")
    with clock.at(wall("2026-11-25T09:30")):
        asking.answer_question(session, actor=who.worker.actor, request_id=request.id, version=2, words="The plain one.")
        session.commit()
    # Five hours of Monday were left.
    assert request.due_at == wall("2026-11-25T14:30")
    rows = session.scalars(select(Reminder).where(Reminder.request_id == request.id)).all()
    assert {row.due_at for row in rows} == {request.due_at}
    assert len(rows) == 3


def letters_of(session: Session, run_jobs: Any, mail_box: Any, at: datetime) -> dict[str, list[str]]:
    """What is in everybody's mail once the clocks were looked at, by subject."""
    with clock.at(at):
        reminding.tell(session)
        session.commit()
        run_jobs()
    found: dict[str, list[str]] = {}
    for letter in mail_box.messages:
        found.setdefault(str(letter["Subject"]), []).append(str(letter["To"]))
    return found


def test_those_on_duty_hear_first_then_the_others_then_the_office_and_each_once(
    session: Session, who: build.Cast, run_jobs: Any, mail_box: Any
) -> None:
    with clock.at(MONDAY):
        weekend = {"starts_at": wall("2026-11-28T09:00"), "ends_at": wall("2026-11-28T19:00")}
        covering.put_on_call(session, actor=who.admin.actor, user_id=who.approver.id, **weekend)
    with clock.at(wall("2026-11-28T09:00")):
        request = build.waiting(session, who.worker)
        run_jobs()
    one, two, admin = (who.seat(name).user.email for name in ("approver", "approver_two", "admin"))
    number = request.id
    waits, half = f"Request {number} waits for an answer", f"Request {number} still waits for an answer"
    quarter, late = f"Request {number} needs somebody else to answer", f"Request {number} is overdue"
    first = letters_of(session, run_jobs, mail_box, wall("2026-11-28T13:59"))
    assert first == {waits: [one]}
    for minute in ("14:00", "14:05"):
        assert letters_of(session, run_jobs, mail_box, wall(f"2026-11-28T{minute}")) == {waits: [one], half: [one]}
    assert letters_of(session, run_jobs, mail_box, wall("2026-11-28T16:30"))[quarter] == [two]
    for _ in range(2):
        last = letters_of(session, run_jobs, mail_box, wall("2026-11-28T19:00"))
    assert last == {waits: [one], half: [one], quarter: [two], late: [admin]}
    texts = [letter.get_content() for letter in mail_box.messages]
    assert not [text for text in texts if "Phone" in text or build.GOAL in text or "shop" in text]


def test_nobody_is_reminded_of_what_has_its_answer_or_waits_for_one(
    session: Session, who: build.Cast, run_jobs: Any, mail_box: Any
) -> None:
    answered, question = asked(session, who, MONDAY), asked(session, who, MONDAY)
    with clock.at(MONDAY + timedelta(hours=1)):
        deciding.decline(session, actor=who.approver.actor, request_id=answered.id, version=1, reason="No.")
        deciding.ask_question(session, actor=who.approver.actor, request_id=question.id, version=1, words="Which?")
        session.commit()
        run_jobs()
    before = len(mail_box.messages)
    letters_of(session, run_jobs, mail_box, MONDAY + timedelta(days=3))
    assert len(mail_box.messages) == before
    left = session.scalars(select(Reminder.request_id)).all()
    assert set(left) == {question.id}


def test_a_reminder_that_is_overtaken_on_its_way_is_not_sent(session: Session, who: build.Cast, run_jobs: Any, mail_box: Any) -> None:
    request = asked(session, who, MONDAY)
    run_jobs()
    with clock.at(wall("2026-11-23T13:00")):
        assert reminding.tell(session) == 1
        asking.withdraw(session, actor=who.worker.actor, request_id=request.id, version=1)
        session.commit()
        run_jobs()
    assert not [letter for letter in mail_box.messages if "still" in str(letter["Subject"])]


def test_a_clock_that_is_started_twice_plans_each_reminder_once(session: Session, who: build.Cast) -> None:
    request = asked(session, who, MONDAY)
    with clock.at(MONDAY):
        clocks.start(session, request)
    assert session.scalar(select(func.count()).select_from(Reminder).where(Reminder.request_id == request.id)) == 3
