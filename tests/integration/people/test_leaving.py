"""Whoever leaves hands what they have in hand to a colleague, and nothing is left without an owner."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core.errors import Refused
from fundapp.core.roles import Role
from fundapp.grants import steps
from fundapp.grants.lifecycle import Tie
from fundapp.grants.models import GrantRequest
from fundapp.people import leaving, queries, service
from tests.builders import grants as build
from tests.builders import people

WHY = "Left for another town."


def owners(session: Session) -> list[int]:
    session.expire_all()
    return list(session.scalars(select(GrantRequest.asked_by).order_by(GrantRequest.id)))


def give(session: Session, app: Flask, who: build.Cast, to: str, *, of: str = "worker") -> None:
    leaving.hand_over(session, actor=who.admin.actor, user_id=who.seat(of).id, to_id=who.seat(to).id, reason=WHY, asking=leaving.rooms(app))


def test_disabling_an_account_on_one_page_hands_its_open_requests_to_a_colleague(
    client: Any, session: Session, sign_in_as: Any, run_jobs: Any, app: Flask
) -> None:
    who = build.cast(session)
    build.money(session)
    ended, open_one, owed = build.closed(session, who), build.waiting(session, who.worker), build.paid(session, who)
    name, taker = who.worker.user.name, who.teammate
    assert who.other_worker.id
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/people/{who.worker.id}/disable")
    assert "Bills owed 1" in page.words
    assert "Requests that wait for an approver 1" in page.words
    assert [one for one in page.texts("#to option") if one != "Choose a colleague"] == [taker.user.name]
    refused = page.form("main form").fill(reason=WHY).submit("Disable the account")
    assert refused.status == 409
    assert f"Choose who takes over what {name} has in hand" in refused.words
    assert owners(session) == [who.worker.id] * 3
    assert queries.user(session, who.worker.id).active
    refused.form("main form").fill(to=str(taker.id), reason=WHY).submit("Disable the account")
    assert owners(session) == [who.worker.id, taker.id, taker.id]
    assert not queries.user(session, who.worker.id).active
    kinds = [line.kind for line in audit.trail(session, f"user:{who.worker.id}")]
    assert kinds[-2:] == ["user.handed_over", "user.disabled"]
    assert audit.trail(session, open_one.subject)[-1].facts == {"from_user": who.worker.id, "to_user": taker.id}
    assert audit.trail(session, ended.subject)[-1].kind != "request.handed_over"
    assert "people.tell_taker" in run_jobs()
    assert owed.status == "paid"


def test_a_team_without_another_key_worker_still_loses_the_account_and_the_work_stands_under_needs_you(
    client: Any, session: Session, sign_in_as: Any
) -> None:
    who = build.cast(session)
    build.waiting(session, who.amber)
    team = who.amber.user.team
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/people/{who.amber.id}/disable")
    assert "Nobody else in this team is a key worker" in page.words
    page.form("main form").fill(reason=WHY).submit("Disable the account")
    assert not queries.user(session, who.amber.id).active
    home = client.get("/admin")
    assert "1 request has nobody who looks after it" in home.words
    new = people.user(session, Role.KEY_WORKER, at=team, name="Noor")
    page = client.get(f"/admin/people/{who.amber.id}/hand-over")
    page.form("main form").fill(to=str(new.id), reason="New in the team.").submit("Hand it over")
    assert owners(session) == [new.id]
    assert "nobody who looks after" not in client.get("/admin").words


def test_only_a_key_worker_of_the_same_team_in_use_takes_over(session: Session, app: Flask) -> None:
    who = build.cast(session)
    build.waiting(session, who.worker)
    service.deactivate(session, actor=who.admin.actor, user_id=who.teammate.id, reason=WHY)
    for name in ("other_worker", "amber", "approver", "admin", "teammate", "worker"):
        assert who.seat(name)
        before = build.footprint(session)
        with pytest.raises(Refused, match="cannot take over"):
            give(session, app, who, name)
        session.rollback()
        assert build.footprint(session) == before


def test_handing_over_twice_finds_nothing_the_second_time(session: Session, app: Flask) -> None:
    who = build.cast(session)
    build.waiting(session, who.worker)
    give(session, app, who, "teammate")
    with pytest.raises(Refused, match="nothing in hand"):
        give(session, app, who, "teammate")


def test_whoever_once_asked_for_it_never_decides_on_it(session: Session, app: Flask) -> None:
    who = build.cast(session)
    request = build.waiting(session, who.worker)
    assert Tie.OWN_REQUEST in steps.ties(session, request, who.worker.actor)
    give(session, app, who, "teammate")
    session.refresh(request)
    assert Tie.OWN_REQUEST in steps.ties(session, request, who.worker.actor)
    assert Tie.OWN_REQUEST in steps.ties(session, request, who.teammate.actor)


def test_nobody_but_an_administrator_hands_over(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    build.waiting(session, who.worker)
    for name in ("worker", "teammate", "approver", "finance", "auditor"):
        sign_in_as(client, who.seat(name).user)
        assert who.teammate
        before = build.footprint(session)
        answer = client.post(f"/admin/people/{who.worker.id}/hand-over", {"to": str(who.teammate.id), "reason": WHY})
        assert answer.status == 403
        assert build.footprint(session) == before
