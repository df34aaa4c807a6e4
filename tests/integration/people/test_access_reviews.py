"""Once a quarter somebody looks at every account; nobody at their own; and what was found stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.roles import Role
from fundapp.people import reviewing, service
from fundapp.people.reviewing import Decision
from tests.builders import grants as build
from tests.builders import people

Q1, Q2 = datetime(2027, 2, 3, 12, tzinfo=UTC), datetime(2027, 4, 5, 12, tzinfo=UTC)
NAMES = ("worker", "finance", "auditor", "admin")


@pytest.fixture
def who(session: Session) -> build.Cast:
    """Four people, since the first quarter."""
    found = build.cast(session)
    with clock.at(Q1):
        for name in NAMES:
            assert found.seat(name)
    return found


def begun(session: Session, who: build.Cast) -> int:
    with clock.at(Q2):
        number = reviewing.begin(session, actor=who.admin.actor).id
    session.commit()
    return number


def decide(session: Session, who: build.Cast, number: int, about: str, what: Decision = Decision.KEEP, *, by: str = "admin") -> None:
    seat = who.seat(by)
    reviewing.decide(session, actor=seat.actor, review_id=number, user_id=who.seat(about).id, decision=what, reason="Still works here.")
    session.commit()


def test_it_is_due_in_the_first_month_of_the_quarter_until_it_is_finished(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    with clock.at(Q1):
        assert reviewing.due(session) is None
    with clock.at(Q2):
        sign_in_as(client, who.admin.user)
        assert "Review who may do what" in client.get("/admin").words
        client.get("/admin/access-reviews").form("main form").submit("Begin this quarter’s review")
        sign_in_as(client, who.finance.user)
        assert "Review an administrator’s account" in client.get("/finance").words
        number = reviewing.reviews(session)[0].id
        for name in ("worker", "finance", "auditor"):
            decide(session, who, number, name)
        decide(session, who, number, "admin", by="finance")
        reviewing.finish(session, actor=who.admin.actor, review_id=number)
        assert reviewing.due(session) is None


def test_nobody_reviews_their_own_account_and_finance_an_administrators_alone(session: Session, who: build.Cast) -> None:
    number = begun(session, who)
    for by, about in (("admin", "admin"), ("finance", "finance"), ("finance", "worker"), ("auditor", "admin"), ("worker", "admin")):
        with pytest.raises(NotAllowed):
            decide(session, who, number, about, by=by)
        session.rollback()
    assert session.scalar(text("SELECT count(*) FROM access_review_line WHERE decision IS NOT NULL")) == 0
    decide(session, who, number, "admin", by="finance")


def test_it_is_finished_when_each_is_decided_on_and_what_was_decided_is_done(session: Session, who: build.Cast) -> None:
    number = begun(session, who)
    with pytest.raises(Refused, match="not decided"):
        reviewing.finish(session, actor=who.admin.actor, review_id=number)
    decide(session, who, number, "admin", by="finance")
    decide(session, who, number, "finance", Decision.CHANGE)
    decide(session, who, number, "worker", Decision.END)
    decide(session, who, number, "auditor")
    with pytest.raises(Refused, match="not done yet"):
        reviewing.finish(session, actor=who.admin.actor, review_id=number)
    service.deactivate(session, actor=who.admin.actor, user_id=who.worker.id, reason="Left.")
    service.change_roles(session, actor=who.admin.actor, user_id=who.finance.id, roles=[Role.AUDITOR], reason="Another seat.")
    session.expire_all()
    reviewing.finish(session, actor=who.admin.actor, review_id=number)
    for late in (
        lambda: decide(session, who, number, "auditor"),
        lambda: reviewing.finish(session, actor=who.admin.actor, review_id=number),
    ):
        with pytest.raises(Conflict):
            late()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_review_line SET decision = 'end'",
        "UPDATE access_review SET finished_at = NULL, finished_by = NULL",
        "UPDATE access_review_line SET roles = '{admin}'",
    ],
)
def test_the_database_lets_nobody_change_a_finished_review(session: Session, who: build.Cast, statement: str) -> None:
    number = begun(session, who)
    for name in ("worker", "finance", "auditor"):
        decide(session, who, number, name)
    decide(session, who, number, "admin", by="finance")
    reviewing.finish(session, actor=who.admin.actor, review_id=number)
    session.commit()
    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(text(statement))
    session.rollback()


def test_a_quarter_has_one_review_and_a_stranger_is_not_in_it(session: Session, who: build.Cast) -> None:
    number = begun(session, who)
    with clock.at(Q2), pytest.raises(Refused, match="begun already"):
        reviewing.begin(session, actor=who.admin.actor)
    with pytest.raises(NotFound):
        reviewing.line(session, number, people.user(session).id)


def test_the_page_shows_each_account_with_its_factors_and_an_auditor_reads_and_decides_nothing(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    number = begun(session, who)
    worker = who.worker.user.name
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/access-reviews/{number}")
    assert worker in page.words
    client.get(f"/admin/access-reviews/{number}/accounts/{who.worker.id}").form("main form").fill(
        decision="keep", reason="Still in the team."
    ).submit("Write it down")
    own = client.get(f"/admin/access-reviews/{number}/accounts/{who.admin.id}")
    assert "This is you" in own.words
    sign_in_as(client, who.auditor.user)
    assert "“Still in the team.”" in client.get(f"/admin/access-reviews/{number}/accounts/{who.worker.id}").words
    assert client.post(f"/admin/access-reviews/{number}/accounts/{who.worker.id}", {"decision": "end", "reason": "x"}).status == 403
    assert client.post(f"/admin/access-reviews/{number}/finish").status == 403
