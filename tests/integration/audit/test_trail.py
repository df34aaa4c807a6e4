"""The trail is only ever added to; what people wrote can be erased, the fact cannot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.audit import queries
from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent, AuditWords
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.core.roles import Role
from tests.builders import people


@pytest.fixture
def event_id(session: Session) -> int:
    """An event with words."""
    found = record(session, actor=SYSTEM, kind=AuditKind.USER_DISABLED, subject="user:7", words="  Left for another job. ")
    session.commit()
    return found


def test_an_event_is_written_in_the_acts_own_transaction(session: Session) -> None:
    def act() -> None:
        with transaction(session):
            record(session, actor=SYSTEM, kind="user.disabled", subject="user:7")
            raise KeyError("the act failed")

    with pytest.raises(KeyError):
        act()
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0


def test_a_trail_is_read_oldest_first_with_its_words(session: Session, event_id: int) -> None:
    record(session, actor=SYSTEM, kind="user.enabled", subject="user:7")
    record(session, actor=SYSTEM, kind="user.enabled", subject="user:77")
    first, second = queries.trail(session, "user:7")
    assert (first.id, first.kind, first.words, first.facts) == (event_id, "user.disabled", "Left for another job.", {})
    assert (second.kind, second.words) == ("user.enabled", None)


@pytest.mark.parametrize(
    ("kind", "subject"), [("user.exploded", "user:7"), ("user.disabled", "user"), ("user.disabled", ":7"), ("user.disabled", "user:")]
)
def test_what_is_not_in_the_closed_list_cannot_be_written(session: Session, kind: str, subject: str) -> None:
    with pytest.raises(ValueError, match=r"valid AuditKind|what:which"):
        record(session, actor=SYSTEM, kind=kind, subject=subject)


CHANGES = ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event CASCADE"]


@pytest.mark.parametrize("act", CHANGES)
def test_the_applications_role_may_not_change_the_trail(session: Session, event_id: int, act: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(act))


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE audit_event SET actor = 'x'",
        "UPDATE audit_event SET actor = 'x' WHERE false",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
    ],
)
def test_nor_may_the_owner(own_database: Any, act: str) -> None:
    from sqlalchemy import create_engine

    from fundapp.core.db import driver_url

    engine = create_engine(driver_url(own_database.owner_url))
    with engine.connect() as connection, pytest.raises(DBAPIError, match="never changed"):
        connection.execute(text(act))
    engine.dispose()


def test_words_are_erased_and_the_fact_stays(session: Session, event_id: int) -> None:
    session.delete(session.get_one(AuditWords, event_id))
    session.commit()
    session.expire_all()
    (event,) = queries.trail(session, "user:7")
    assert (event.id, event.words) == (event_id, None)


def test_the_page_shows_who_did_what_and_why(client: Any, session: Session, sign_in_as: Any, event_id: int) -> None:
    auditor = people.user(session, Role.AUDITOR, name="Ann Auditor")
    sign_in_as(client, auditor)
    page = client.get("/audit")
    for words in ("User disabled", "the Fund itself", "Left for another job.", "user:7", "Ann Auditor", "Invitation accepted"):
        assert words in page.text("main")
    assert client.get("/audit?subject=user:7").texts("main tbody th") != []
    assert len(client.get("/audit?subject=user:7").soup.select("main tbody tr")) == 1
    assert len(client.get("/audit?kind=user.disabled").soup.select("main tbody tr")) == 1
    assert len(client.get("/audit?subject=user&kind=user.disabled").soup.select("main tbody tr")) == 1
    assert "No event fits." in client.get("/audit?subject=us%25").text("main")
    assert client.get("/audit?kind=user.exploded").status == 200


def test_words_about_somebody_who_is_helped_are_covered_until_the_request_is_opened(client: Any, session: Session, sign_in_as: Any) -> None:
    words = {"grant:7": "They said it at the hostel.", "person:7": "Known by another name.", "user:7": "Left for another job."}
    record(
        session,
        actor=SYSTEM,
        kind=AuditKind.REQUEST_WITHDRAWN,
        subject="grant:7",
        facts={"from": "waiting", "to": "withdrawn"},
        words=words["grant:7"],
    )
    record(session, actor=SYSTEM, kind=AuditKind.PERSON_ISSUED, subject="person:7", words=words["person:7"])
    record(session, actor=SYSTEM, kind=AuditKind.USER_DISABLED, subject="user:7", words=words["user:7"])
    auditor, other = people.user(session, Role.AUDITOR), people.user(session, Role.AUDITOR)
    actor = auditor.actor
    sign_in_as(client, auditor)

    def seen(taken: bool = False) -> set[str]:
        said = client.post("/audit/export", {"form": "json-lines"}).body.decode() if taken else client.get("/audit").words
        return {subject for subject, one in words.items() if one in said}

    assert seen() == seen(taken=True) == {"user:7"}
    read = {"purpose": "to_audit"}
    record(session, actor=actor, kind=AuditKind.REQUEST_READ, subject="grant:7", facts=read, words="The yearly sample.")
    session.commit()
    assert seen() == {"user:7", "grant:7"}
    assert seen(taken=True) == {"user:7"}
    sign_in_as(client, other)
    assert seen() == {"user:7"}
    assert "The yearly sample." in client.get("/audit").words
    with clock.at(clock.now() + timedelta(days=1)):
        sign_in_as(client, auditor)
        assert seen() == {"user:7"}


def test_the_page_is_paged_and_costs_a_handful_of_queries(client: Any, session: Session, sign_in_as: Any, connection: Any) -> None:
    from sqlalchemy import event as events

    sign_in_as(client, people.user(session, Role.FINANCE))
    for number in range(60):
        record(session, actor=SYSTEM, kind="user.enabled", subject=f"user:{number}", words="why")
    session.commit()
    made: list[str] = []
    note = lambda *arguments: made.append(arguments[2]) if "SAVEPOINT" not in arguments[2] else None  # noqa: E731
    events.listen(connection.engine, "before_cursor_execute", note)
    page = client.get("/audit")
    events.remove(connection.engine, "before_cursor_execute", note)
    assert len(page.soup.select("main tbody tr")) == 25
    assert len(made) <= 12, made
    assert client.get("/audit?page=3").status == 200


@pytest.mark.parametrize("role", [Role.KEY_WORKER, Role.APPROVER, Role.PANEL, Role.ADMIN])
def test_the_trail_is_for_auditors_and_finance(client: Any, session: Session, sign_in_as: Any, role: Role) -> None:
    sign_in_as(client, people.user(session, role))
    assert client.get("/audit").status == 403
