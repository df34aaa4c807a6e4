"""When nobody knows who has got in, everybody is signed out (docs/security/breach-runbook.md)."""

from collections.abc import Callable

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.cli.user import command
from fundapp.core.actor import SYSTEM
from fundapp.core.roles import Role
from fundapp.people.everybody import sign_everybody_out
from tests.builders import people
from tests.support.web import Client


def test_everybody_is_out_with_their_next_page_and_each_has_a_line(app: Flask, session: Session, sign_in_as: Callable[..., None]) -> None:
    ada, bo = people.user(session, Role.ADMIN), people.user(session, Role.KEY_WORKER)
    people.user(session, Role.AUDITOR)
    devices = [Client(app, session) for _ in range(3)]
    for device, user in zip(devices, (ada, ada, bo), strict=True):
        sign_in_as(device, user)
    assert sign_everybody_out(session, actor=SYSTEM) == 2
    session.commit()
    assert [device.get("/account").status for device in devices] == [303, 303, 303]
    lines = session.scalars(select(AuditEvent).where(AuditEvent.kind == "session.ended").order_by(AuditEvent.id)).all()
    assert [(line.subject, line.facts) for line in lines] == [(f"user:{one.id}", {"which": "all"}) for one in (ada, bo)]
    # Again there is nobody left to sign out, and nothing more to write down.
    assert sign_everybody_out(session, actor=SYSTEM) == 0
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.kind == "session.ended")).all()) == 2


def test_the_command_says_what_it_does() -> None:
    told = CliRunner().invoke(command, ["sign-out-everybody", "--help"])
    assert told.exit_code == 0
    assert "End every session" in told.output
