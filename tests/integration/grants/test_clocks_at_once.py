"""Several workers at the same reminders, and several clicks at the same hand-over, in the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.errors import Refused
from fundapp.grants import lending
from fundapp.grants.clocks import reminding
from fundapp.grants.models import GrantRequest
from tests.builders import grants as build
from tests.integration.grants.test_two_at_once import all_at_once


@pytest.mark.long
def test_workers_that_look_at_the_clocks_at_once_tell_each_person_once(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        admins = {who.admin.id}
        with clock.at(clock.now() - timedelta(days=9)):
            requests = [build.waiting(session, who.worker) for _ in range(5)]
            approvers = {who.approver.id, who.approver_two.id}
            session.commit()
    assert all_at_once(own_database, [reminding.tell] * 6) == [None] * 6
    with own_database.session() as session:
        rows = session.execute(
            text("SELECT args->>'reminder_id', args->>'user_id' FROM procrastinate_jobs WHERE task_name = 'grants.remind'")
        )
        told = [tuple(row) for row in rows]
        assert len(told) == len(set(told))
        assert {int(user) for _reminder, user in told} == approvers | admins
        left = session.scalar(text("SELECT count(*) FROM request_reminder WHERE told_at IS NULL"))
        assert left == 0
        assert session.scalar(text("SELECT count(*) FROM request_reminder")) == 3 * len(requests)


@pytest.mark.long
def test_handed_over_and_taken_back_by_several_clicks_it_goes_once_and_comes_once(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        request = build.waiting(session, who.worker)
        actor, taker, until = who.worker.actor, who.teammate.id, clock.today() + timedelta(days=3)
        session.commit()
    for act in (
        lambda session: lending.lend(session, actor=actor, to_id=taker, until=until),
        lambda session: lending.take_back(session, actor=actor),
    ):
        raised = all_at_once(own_database, [act] * 5)
        assert sorted(type(error).__name__ for error in raised) == ["NoneType", *["Refused"] * 4], raised
        assert all(error is None or isinstance(error, Refused) for error in raised)
    with own_database.session() as session:
        assert session.get_one(GrantRequest, request.id).asked_by == actor.user_id
        assert session.scalar(text("SELECT count(*) FROM request_handover")) == 2
