"""Everybody works by what was published, and says so before anything else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.people import procedures
from fundapp.people.procedures_text import TEXT
from tests.builders import people


def published(session: Session, admin: Actor, body: str = "# Asking\n\nWe ask.", after: int = 0) -> None:
    procedures.publish(session, actor=admin, body=body, note="What changed.", after=after)
    session.commit()


def test_where_nothing_is_published_nothing_is_asked(client: Any, session: Session, sign_in_as: Any) -> None:
    sign_in_as(client, people.user(session))
    assert client.get("/requests").status == 200
    assert "None are published yet" in client.get("/procedures").words


def test_everybody_accepts_before_anything_else_and_goes_on_to_where_they_wanted(client: Any, session: Session, sign_in_as: Any) -> None:
    admin, worker = people.user(session, Role.ADMIN).actor, people.user(session)
    reference = worker.reference
    published(session, admin)
    sign_in_as(client, worker)
    led = client.get("/requests?whose=team")
    assert led.status == 303
    page = led.follow()
    assert page.text("h1") == "Operating procedures"
    assert "We ask." in page.words
    page.form("main form").submit("Accept the procedures")
    assert client.get("/requests?whose=team").status == 200
    assert "You have accepted this version" in client.get("/procedures").words
    assert audit.trail(session, reference)[-1].facts == {"version": 1}


def test_a_change_asks_everybody_anew_and_an_old_page_accepts_nothing(client: Any, session: Session, sign_in_as: Any) -> None:
    admin, worker = people.user(session, Role.ADMIN).actor, people.user(session)
    published(session, admin)
    sign_in_as(client, worker)
    old = client.get("/procedures")
    published(session, admin, "We ask kindly.", after=1)
    stale = old.form("main form").submit("Accept the procedures")
    assert stale.status == 409
    assert "A newer version was published meanwhile" in stale.words
    assert client.get("/requests").status == 303
    assert session.scalar(text("SELECT count(*) FROM procedure_acceptance")) == 0
    stale.form("main form").submit("Accept the procedures")
    assert client.get("/requests").status == 200
    assert "holds no longer" in client.get("/procedures/1").words


def test_accepting_twice_is_accepting_once(session: Session) -> None:
    admin = people.user(session, Role.ADMIN).actor
    published(session, admin)
    for _ in range(2):
        procedures.accept(session, actor=admin, number=1)
    assert [line.kind for line in audit.trail(session, admin.reference)].count("procedures.accepted") == 1


def test_nobody_publishes_over_somebody_elses_version_or_the_same_text_or_without_the_seat(session: Session) -> None:
    admin = people.user(session, Role.ADMIN).actor
    published(session, admin)
    with pytest.raises(Conflict):
        published(session, admin, "Another.", after=0)
    with pytest.raises(Refused, match="holds already"):
        published(session, admin, after=1)
    with pytest.raises(NotAllowed):
        procedures.publish(session, actor=people.user(session, Role.FINANCE).actor, body="Mine.", note="", after=1)
    assert [one.number for one in procedures.versions(session)] == [1]


@pytest.mark.parametrize(
    "statement", ["UPDATE procedure_version SET body = 'x'", "DELETE FROM procedure_acceptance", "TRUNCATE procedure_version CASCADE"]
)
def test_the_database_refuses_to_change_what_was_published_or_accepted(own_database: Any, statement: str) -> None:
    from sqlalchemy import create_engine

    from fundapp.core.db import driver_url

    engine = create_engine(driver_url(own_database.owner_url))
    with engine.connect() as connection, pytest.raises(DBAPIError, match="never changed"):
        connection.execute(text(statement))
    engine.dispose()


def test_an_administrator_publishes_the_offered_text_and_sees_who_accepted_it(client: Any, session: Session, sign_in_as: Any) -> None:
    admin, auditor = people.user(session, Role.ADMIN, name="Ada"), people.user(session, Role.AUDITOR)
    sign_in_as(client, admin)
    page = client.get("/admin/procedures/new")
    assert "Fill in what stands in [square brackets]" in page.words
    page.form("main form").submit("Publish it")
    client.get("/procedures").form("main form").submit("Accept the procedures")
    shown = client.get("/admin/procedures")
    assert "1 of 2 have accepted it" in shown.words
    sign_in_as(client, auditor)
    client.get("/procedures").form("main form").submit("Accept the procedures")
    assert "Write a new version" not in client.get("/admin/procedures").words
    assert client.get("/admin/procedures/new").status == 403


def test_the_offered_text_is_read_in_headings_lists_and_paragraphs() -> None:
    kinds = [block.kind for block in procedures.blocks(TEXT)]
    assert {"heading", "list", "text"} == set(kinds)
    assert not any(line.startswith(("# ", "- ")) for block in procedures.blocks(TEXT) for line in block.lines)
