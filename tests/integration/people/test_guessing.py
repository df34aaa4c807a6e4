"""Somebody who guesses addresses is seen by an administrator, who says what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.web.limits import Limit
from fundapp.web.models import Guessing
from tests.builders import people

HOME = "http://localhost:8000"


def guess(app: Flask, times: int, address: str = "198.51.100.7") -> None:
    for number in range(times):
        app.test_client().get(f"/gifts/guess-{number}", base_url=HOME, environ_base={"REMOTE_ADDR": address})


def test_an_alarm_waits_for_an_administrator_and_says_no_address(
    app: Flask, client: Any, session: Session, sign_in_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.fund_holder(session)
    sign_in_as(client, people.user(session, Role.ADMIN))
    assert "Nobody is guessing" in client.get("/admin/guessing").words
    monkeypatch.setattr(app.view_functions["gifts.gift"], "noticed", Limit("gifts-misses", 2, 10, 99))
    guess(app, 4)
    assert "Somebody is guessing addresses" in client.get("/admin").words
    page = client.get("/admin/guessing")
    assert "Pages of gifts" in page.words
    assert "198.51.100" not in page.words
    page = page.form('form[action$="look-into"]').fill(words="").submit()
    assert "Say what you found" in page.words
    page = page.form('form[action$="look-into"]').fill(words="A sign with a wrong code in the Frenchgate.").submit()
    assert "Looked into" in page.words
    assert "Somebody is guessing" not in client.get("/admin").words
    told = session.scalars(select(AuditEvent).where(AuditEvent.kind == "guessing.looked_into")).one()
    assert told.facts == {"what": "gifts"}
    # Going on is noticed anew, and what was looked into stays.
    session.commit()
    with clock.at(clock.now() + timedelta(minutes=10)):
        guess(app, 4)
    assert "Somebody is guessing addresses" in client.get("/admin").words
    assert len(client.get("/admin/guessing").soup.select("tbody tr")) == 2


def test_it_is_looked_into_once(client: Any, session: Session, sign_in_as: Any) -> None:
    row = Guessing(what="points", first_at=clock.now(), last_at=clock.now(), times=1)
    session.add(row)
    sign_in_as(client, people.user(session, Role.ADMIN))
    form = {"words": "A bad sign."}
    assert client.post(f"/admin/guessing/{row.id}/look-into", form).status == 303
    page = client.post(f"/admin/guessing/{row.id}/look-into", form).follow()
    assert "looked into already" in page.words
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.kind == "guessing.looked_into")).all()) == 1


def test_a_long_list_costs_no_more_than_a_short_one(client: Any, session: Session, sign_in_as: Any) -> None:
    session.add_all(
        Guessing(what="points", first_at=clock.now(), last_at=clock.now(), times=1, seen_at=clock.now(), seen_by=1) for _ in range(40)
    )
    sign_in_as(client, people.user(session, Role.ADMIN))
    client.get("/admin/guessing")
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        page = client.get("/admin/guessing")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(page.soup.select("tbody tr")) == 25
    assert len([one for one in asked if "FROM guessing" in one or "FROM (SELECT guessing" in one]) <= 3
