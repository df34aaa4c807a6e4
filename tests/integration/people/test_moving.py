"""Somebody changes teams: the account goes, what its team asked stays, and nobody moves themselves."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.models import AuditEvent
from fundapp.core.errors import NotFound, Refused
from fundapp.core.roles import Role
from fundapp.people import leaving, queries
from tests.builders import grants as build
from tests.builders import people

WHY = "Works with the outreach team from Monday."


def move(session: Session, app: Flask, admin: Any, user_id: int, team_id: int) -> None:
    leaving.move(session, actor=admin.actor, user_id=user_id, team_id=team_id, reason=WHY, asking=leaving.rooms(app))


def test_an_account_is_moved_with_its_reason_and_sees_the_old_team_s_requests_no_more(
    client: Any, session: Session, sign_in_as: Any, app: Flask
) -> None:
    who = build.cast(session)
    build.money(session)
    theirs = build.closed(session, who)
    new = people.team(session, "Evening outreach")
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/people/{who.teammate.id}").follow("Move to another team")
    moved = page.submit("main form", team=str(new.id), reason=WHY)
    assert f"{who.teammate.user.name} belongs to Evening outreach from now on." in moved.words
    line = audit.trail(session, f"user:{who.teammate.id}")[-1]
    assert (line.kind, line.words, line.facts["to_team"]) == ("user.moved", WHY, new.id)
    sign_in_as(client, queries.user(session, who.teammate.id))
    assert client.get(f"/requests/{theirs.id}").status == 404


def test_work_in_hand_is_handed_over_before_anybody_moves(client: Any, session: Session, sign_in_as: Any, app: Flask) -> None:
    who = build.cast(session)
    build.money(session)
    build.waiting(session, who.worker)
    team, old = people.team(session, "Evening outreach"), who.worker.user.team_id
    sign_in_as(client, who.admin.user)
    assert "Hand it over first" in client.get(f"/admin/people/{who.worker.id}/team").words
    refused = client.post(f"/admin/people/{who.worker.id}/team", {"team": str(team.id), "reason": WHY})
    assert refused.status == 409
    assert queries.user(session, who.worker.id).team_id == old


@pytest.mark.parametrize("case", ["oneself", "the same team", "a partner's team", "no such team", "disabled"])
def test_a_move_that_cannot_be_leaves_everything_as_it_was(session: Session, app: Flask, case: str) -> None:
    admin, other = people.user(session, Role.ADMIN), people.user(session, Role.APPROVER)
    partner, office = people.team(session, "Evening outreach"), people.team(session, "Night shift", of=people.HOLDER)
    user, team = other, office
    if case == "oneself":
        user = admin
    if case == "disabled":
        leaving.disable(session, actor=admin.actor, user_id=user.id, to_id=None, reason=WHY, asking=leaving.rooms(app))
    wanted = {"the same team": other.team_id, "a partner's team": partner.id, "no such team": 999_999}.get(case, team.id)
    before, lines = user.team_id, session.scalar(select(func.count()).select_from(AuditEvent))
    with pytest.raises(NotFound if case == "no such team" else Refused):
        move(session, app, admin, user.id, wanted)
    assert queries.user(session, user.id).team_id == before
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == lines
