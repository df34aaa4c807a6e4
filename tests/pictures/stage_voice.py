"""Slips, with what their holders said and stopped; and people who were compared between agencies."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from fundapp.core.keys import Keys
from fundapp.grants import asking, persons
from fundapp.grants.matching import service as matching
from fundapp.grants.matching.service import Particulars
from fundapp.grants.slips import pausing, service, talking
from tests.builders import grants as build
from tests.builders.grants import Seat


def make(session: Session, keys: Keys, who: dict[str, Seat]) -> dict[str, object]:
    """Codes and numbers, by the names that addresses have for them."""
    worker = who["worker"]
    drafted = build.draft(session, worker, code="furniture", price_pence=12_000)
    person = drafted.person_id or 0
    born = Particulars("Q Z", date(1987, 3, 14), "in_person")
    matching.send_compared(session, actor=worker.actor, request_id=drafted.id, version=drafted.version, particulars=born)
    asked, paused = drafted, build.waiting(session, worker, person_id=person)
    back = build.waiting(session, worker, person_id=person)
    asking.withdraw(session, actor=worker.actor, request_id=back.id, version=back.version, words="A friend had a spare one.")
    issued = service.issue(session, actor=worker.actor, keys=keys, person_id=person)
    talking.ask(session, actor=worker.actor, request_id=asked.id, words="Would a used bed do, if it is here by Friday?")
    earlier = talking.ask(session, actor=worker.actor, request_id=paused.id, words="Do you still need it?")
    talking.answer(session, slip=issued.slip, question_id=earlier.id, words="Not now. I will say when.")
    pausing.pause(session, slip=issued.slip, request_id=paused.id)
    quiet = service.issue(session, actor=worker.actor, keys=keys, person_id=persons.issue_code(session, actor=worker.actor).id)
    talking.stop_story(session, slip=quiet.slip)
    session.commit()
    return {
        "slip_code": issued.code,
        "quiet_slip_code": quiet.code,
        "slip_person": person,
        "asked_them": asked.id,
        "paused": paused.id,
    }
