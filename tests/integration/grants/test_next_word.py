"""Whose word a request takes next: what stands in somebody's work, and who is written to, are what the table lets them do."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.roles import Role
from fundapp.grants import deciding, lifecycle, steps, waiting
from fundapp.grants.clocks import listeners
from fundapp.grants.lifecycle import Action, Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.together import panel
from fundapp.grants.together.proposing import Terms
from tests.builders import grants as build
from tests.builders import people

FUND = "public-giving"
ANSWERS = {Action.AGREE, Action.COUNTERSIGN, Action.VOTE}
SEATS = (
    {Role.APPROVER},
    {Role.FINANCE},
    {Role.PANEL},
    {Role.APPROVER, Role.FINANCE, Role.PANEL},
    {Role.APPROVER, Role.ADMIN},
    {Role.AUDITOR},
)


def of_every_sort(session: Session, who: build.Cast) -> list[GrantRequest]:
    """Requests that wait for one, for a finance officer, for a second approver, and for a panel that has begun to vote; one is paused."""
    small, middle, large, voted = (build.waiting(session, who.worker, price_pence=pence) for pence in (9_000, 30_000, 60_000, 70_000))
    paused = build.waiting(session, who.worker)
    paused.paused_at = clock.now()
    for request in (middle, large):
        deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=request.version, fund_code=FUND)
    panel.put_to_panel(session, actor=who.approver.actor, request_id=voted.id, version=voted.version, terms=Terms((FUND,)))
    panel.vote(session, actor=who.panel.actor, request_id=voted.id, version=voted.version, agrees=True)
    session.commit()
    assert [one.status for one in (small, middle, large, voted)] == [Status.WAITING, Status.SIGNED, Status.SIGNED, Status.PANEL]
    return [small, middle, large, voted, paused]


def test_work_and_letters_are_for_whoever_the_table_lets_answer(session: Session) -> None:
    build.money(session, 1_000_000)
    who = build.cast(session)
    names = ("worker", "approver", "approver_two", "finance", "panel", "other_worker")
    users = [who.seat(name).user for name in names] + [people.user(session, Role.PANEL) for _ in range(3)]
    several = people.user(session, Role.APPROVER, Role.FINANCE, Role.PANEL)
    made = of_every_sort(session, who)
    for user in (*users, several):
        own = user.actor
        for roles in (*SEATS, own.roles):
            actor = Actor(own.reference, own.user_id, frozenset(roles), own.organisation_id, own.team_id)
            work = set(session.scalars(waiting.to_answer(actor).with_only_columns(GrantRequest.id).order_by(None)))
            for row in made:
                can = set(lifecycle.allowed(row.status, actor.roles, steps.ties(session, row, actor)))
                assert (row.id in work) == bool(can & ANSWERS), (user.name, sorted(roles), row.status, can)
    for row in made:
        told = {user.id for user in listeners.may_answer(session, row)}
        for user in (*users, several):
            can = set(lifecycle.allowed(row.status, user.roles, steps.ties(session, row, user.actor)))
            assert (user.id in told) == bool(can & ANSWERS), (user.name, row.status, can)
    assert len(session.scalars(select(GrantRequest.id).where(GrantRequest.runs)).all()) == 4
