"""How long slips, words and marks are kept; that their lists ask no more however long they are; and two who act at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.errors import Refused
from fundapp.core.forgetting import Forgetting
from fundapp.core.keys import Keys
from fundapp.core.personal import Kept
from fundapp.grants import asking, persons
from fundapp.grants.forgetting import FORGETTING
from fundapp.grants.lifecycle import Status
from fundapp.grants.matching import service as matching
from fundapp.grants.matching.models import MatchTry, PersonMark
from fundapp.grants.matching.service import Particulars
from fundapp.grants.models import GrantRequest
from fundapp.grants.slips import pausing, service, talking
from fundapp.grants.slips.models import PersonSlip, SlipQuestion, StoryStop
from fundapp.payouts import service as payouts
from fundapp.privacy import rights
from fundapp.web.app import fund_of
from tests.builders import grants as build
from tests.builders.grants import Cast
from tests.integration.grants.test_budgets import counted
from tests.integration.grants.test_two_at_once import all_at_once

KEYS = Keys("s" * 40, ("p" * 40,))
BORN = Particulars("Q Z", date(1987, 3, 14), "in_person")


@pytest.fixture
def who(session: Session) -> Cast:
    build.money(session)
    return build.cast(session)


def forget(session: Session, rule: Kept, name: str, days: int) -> int:
    """Forget what has been over for so many days; answers how many rows."""
    gone = 0
    for one in (one for one in FORGETTING if one.name == name and one.rule is rule):
        kind: Forgetting = one
        for row in session.scalars(select(kind.model).where(kind.due(clock.now() - timedelta(days=days)))).all():
            kind.forget(session, row)
            gone += 1
    session.flush()
    return gone


def test_a_void_slip_goes_and_one_that_stands_stays_while_something_is_asked(session: Session, who: Cast) -> None:
    request = build.waiting(session, who.worker)
    service.issue(session, actor=who.worker.actor, keys=KEYS, person_id=request.person_id or 0)
    standing = service.issue(session, actor=who.worker.actor, keys=KEYS, person_id=request.person_id or 0).slip
    with clock.at(clock.now() + timedelta(days=100)):
        assert forget(session, Kept.ACCESS, "slip", 90) == 1
        assert forget(session, Kept.IDENTITY, "slip", 90) == 0
        assert session.scalars(select(PersonSlip)).all() == [standing]
        asking.withdraw(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    with clock.at(clock.now() + timedelta(days=200)):
        assert forget(session, Kept.IDENTITY, "slip", 90) == 1


def test_what_they_were_asked_and_said_goes_with_the_words_of_the_request(session: Session, who: Cast) -> None:
    request = build.waiting(session, who.worker)
    slip = service.issue(session, actor=who.worker.actor, keys=KEYS, person_id=request.person_id or 0).slip
    question = talking.ask(session, actor=who.worker.actor, request_id=request.id, words="Do you need it?")
    talking.answer(session, slip=slip, question_id=question.id, words="My sister has one.")
    asking.withdraw(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    with clock.at(clock.now() + timedelta(days=100)):
        assert forget(session, Kept.DECLINED, "grant", 90) == 1
    assert session.scalar(select(func.count()).select_from(SlipQuestion)) == 0


def test_erasing_somebody_ends_their_slip_their_marks_and_that_they_were_compared(session: Session, who: Cast) -> None:
    request = build.draft(session, who.worker)
    matching.send_compared(session, actor=who.worker.actor, request_id=request.id, version=request.version, particulars=BORN)
    person = request.person_id or 0
    talking.stop_story(session, slip=service.issue(session, actor=who.worker.actor, keys=KEYS, person_id=person).slip)
    asking.withdraw(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    session.commit()
    asked = rights.enter(
        session, actor=who.admin.actor, kind="erasure", subject=f"person:{person}", received_on=clock.today(), words="All of it."
    )
    with clock.at(clock.now() + timedelta(minutes=1)):
        rights.erase(session, actor=who.admin.actor, request_id=asked.id)
    for model in (PersonSlip, PersonMark, MatchTry, StoryStop):
        assert session.scalar(select(func.count()).select_from(model)) == 0, model


def test_a_person_s_page_and_the_auditor_s_list_ask_no_more_however_long_they_are(
    session: Session, app: Flask, client: Any, who: Cast, sign_in_as: Callable[..., None]
) -> None:
    person = persons.issue_code(session, actor=who.worker.actor).id
    code = service.issue(session, actor=who.worker.actor, keys=fund_of(app).keys, person_id=person).code
    build.waiting(session, who.worker, person_id=person)
    _compare(session, who, 1)
    sign_in_as(client, who.auditor.user)
    for address, budget in ((f"/person/{code}", 11), ("/comparisons", 8)):
        client.get(address)
        with counted(session) as few:
            client.get(address)
        for _time in range(3):
            build.waiting(session, who.worker, person_id=person)
        _compare(session, who, 2)
        with counted(session) as many:
            assert client.get(address).status == 200
        assert len(many) == len(few) <= budget, "\n\n".join(many)


@pytest.mark.long
def test_a_pause_and_a_release_at_once_leave_it_paid_or_paused_and_never_both(own_database: Database) -> None:
    with own_database.session() as session:
        build.money(session)
        who = build.cast(session)
        requests = [build.entered(session, who) for _time in range(5)]
        slips = [service.issue(session, actor=who.worker.actor, keys=KEYS, person_id=one.person_id or 0).slip.id for one in requests]
        releaser, versions = who.finance_two.actor, [one.version for one in requests]
        numbers = [one.id for one in requests]
        session.commit()
    for number, slip, version in zip(numbers, slips, versions, strict=True):
        acts: list[Callable[..., object]] = [
            lambda session, slip=slip, number=number: pausing.pause(session, slip=session.get_one(PersonSlip, slip), request_id=number),
            lambda session, number=number, version=version: payouts.release_payment(
                session, actor=releaser, request_id=number, version=version
            ),
        ]
        raised = all_at_once(own_database, acts)
        assert sum(error is None for error in raised) == 1, raised
        with own_database.session() as session:
            one = session.get_one(GrantRequest, number)
            assert (one.status is Status.PAID) == (one.paused_at is None)


@pytest.mark.long
def test_two_slips_at_once_are_one_that_stands_and_no_more_are_compared_at_once_than_one_after_the_other(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        person, worker = persons.issue_code(session, actor=who.worker.actor).id, who.worker.actor
        drafts = [build.draft(session, who.worker) for _time in range(matching.MOST_A_DAY + 3)]
        sending = [(one.id, one.version) for one in drafts]
        session.commit()
    issuing: list[Callable[..., object]] = [lambda session: service.issue(session, actor=worker, keys=KEYS, person_id=person)] * 4
    assert all_at_once(own_database, issuing) == [None] * 4
    comparing: list[Callable[..., object]] = [
        lambda session, number=number, version=version: matching.send_compared(
            session, actor=worker, request_id=number, version=version, particulars=BORN
        )
        for number, version in sending
    ]
    raised = all_at_once(own_database, comparing)
    # Whoever waited too long for their turn is told so, and nothing is counted.
    assert any(isinstance(error, Refused) for error in raised)
    with own_database.session() as session:
        assert session.scalar(select(func.count()).select_from(PersonSlip).where(PersonSlip.void_at.is_(None))) == 1
        assert session.scalar(select(func.count()).select_from(PersonSlip)) == 4
        assert session.scalar(select(func.count()).select_from(MatchTry)) == raised.count(None) <= matching.MOST_A_DAY


def _compare(session: Session, who: Cast, times: int) -> None:
    for _time in range(times):
        request = build.draft(session, who.other_worker)
        matching.send_compared(session, actor=who.other_worker.actor, request_id=request.id, version=request.version, particulars=BORN)
    session.commit()
