"""Handing requests to a colleague while one is away, and taking them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import FundError
from fundapp.core.roles import Role
from fundapp.grants import asking, deciding, handover, lending
from fundapp.people import covering, leaving
from tests.builders import grants as build
from tests.builders import people


@pytest.fixture
def who(session: Session) -> build.Cast:
    build.money(session)
    who = build.cast(session)
    for name in ("worker", "teammate", "other_worker", "approver", "admin"):
        who.seat(name)
    return who


def in_a_week() -> date:
    return clock.today() + timedelta(days=7)


def lend(session: Session, who: build.Cast) -> int:
    handed = lending.lend(session, actor=who.worker.actor, to_id=who.teammate.id, until=in_a_week())
    session.commit()
    return handed


def test_what_is_open_goes_and_what_is_still_open_comes_back(session: Session, who: build.Cast, run_jobs: Any, mail_box: Any) -> None:
    draft, open_one, ended = build.draft(session, who.worker), build.waiting(session, who.worker), build.waiting(session, who.worker)
    deciding.decline(session, actor=who.approver.actor, request_id=ended.id, version=1, reason="No.")
    assert lend(session, who) == 2
    assert [one.asked_by for one in (draft, open_one, ended)] == [who.teammate.id, who.teammate.id, who.worker.id]
    run_jobs()
    assert mail_box.to(who.teammate.user.email)
    # The colleague acts on it meanwhile; what has ended stays where it ended.
    asking.withdraw(session, actor=who.teammate.actor, request_id=draft.id, version=0)
    assert lending.take_back(session, actor=who.worker.actor) == 1
    session.commit()
    assert [one.asked_by for one in (draft, open_one)] == [who.teammate.id, who.worker.id]
    assert lending.lent_to(session, who.worker.actor) == []


def test_it_comes_back_from_wherever_in_the_team_it_went_on_to(session: Session, who: build.Cast) -> None:
    request = build.waiting(session, who.worker)
    lend(session, who)
    third = people.user(session, Role.KEY_WORKER, at=who.worker.user.team)
    leaving.hand_over(session, actor=who.admin.actor, user_id=who.teammate.id, to_id=third.id, reason="Left.", asking=[_room()])
    assert request.asked_by == third.id
    assert lending.take_back(session, actor=who.worker.actor) == 1
    assert request.asked_by == who.worker.id


def _room() -> leaving.Room:
    return leaving.Room(1, handover.in_hand, handover.hand_over)


def test_what_an_administrator_hands_over_of_somebody_away_comes_back_and_for_good_does_not(session: Session, who: build.Cast) -> None:
    request = build.waiting(session, who.worker)
    leaving.hand_over(session, actor=who.admin.actor, user_id=who.worker.id, to_id=who.teammate.id, reason="For good.", asking=[_room()])
    with pytest.raises(FundError):
        lending.take_back(session, actor=who.worker.actor)
    days = {"starts_on": clock.today(), "ends_on": in_a_week()}
    covering.set_absence(session, actor=who.teammate.actor, user_id=who.teammate.id, deputy_id=who.worker.id, **days)
    leaving.hand_over(session, actor=who.admin.actor, user_id=who.teammate.id, to_id=who.worker.id, reason="Ill.", asking=[_room()])
    assert request.asked_by == who.worker.id
    assert lending.take_back(session, actor=who.teammate.actor) == 1
    assert request.asked_by == who.teammate.id


Try = Callable[[Session, build.Cast], object]
REFUSED: dict[str, Try] = {
    "to another team": lambda s, who: lending.lend(s, actor=who.worker.actor, to_id=who.other_worker.id, until=in_a_week()),
    "to oneself": lambda s, who: lending.lend(s, actor=who.worker.actor, to_id=who.worker.id, until=in_a_week()),
    "to an approver": lambda s, who: lending.lend(s, actor=who.worker.actor, to_id=who.approver.id, until=in_a_week()),
    "until yesterday": lambda s, who: lending.lend(
        s, actor=who.worker.actor, to_id=who.teammate.id, until=clock.today() - timedelta(days=1)
    ),
    "for years": lambda s, who: lending.lend(s, actor=who.worker.actor, to_id=who.teammate.id, until=clock.today() + timedelta(days=999)),
    "with nothing open": lambda s, who: lending.lend(s, actor=who.teammate.actor, to_id=who.worker.id, until=in_a_week()),
    "by an approver": lambda s, who: lending.lend(s, actor=who.approver.actor, to_id=who.teammate.id, until=in_a_week()),
    "back, where nothing went": lambda s, who: lending.take_back(s, actor=who.worker.actor),
    "back, of somebody else": lambda s, who: lending.take_back(s, actor=who.teammate.actor),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_leaves_everything_as_it_was(session: Session, who: build.Cast, what: str) -> None:
    build.waiting(session, who.worker)
    before = build.footprint(session)
    with pytest.raises(FundError):
        REFUSED[what](session, who)
    session.rollback()
    assert build.footprint(session) == before


def test_taken_back_twice_is_taken_back_once(session: Session, who: build.Cast) -> None:
    build.waiting(session, who.worker)
    lend(session, who)
    lending.take_back(session, actor=who.worker.actor)
    before = build.footprint(session)
    with pytest.raises(FundError):
        lending.take_back(session, actor=who.worker.actor)
    session.rollback()
    assert build.footprint(session) == before


def test_the_pages_lead_there_and_back(client: Any, session: Session, sign_in_as: Any, who: build.Cast) -> None:
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.worker.user)
    page = client.get("/requests/all").follow("Hand your requests over while you are away")
    until = in_a_week()
    days = {"until-day": str(until.day), "until-month": str(until.month), "until-year": str(until.year)}
    page = page.form("main form").fill(to=str(who.teammate.id), **days).submit("Hand them over")
    assert "1 request is with your colleague now." in page.words
    session.refresh(request)
    assert request.asked_by == who.teammate.id
    page = page.form("section form").submit("Take them back")
    assert "1 request is yours again." in page.words
    session.refresh(request)
    assert request.asked_by == who.worker.id
