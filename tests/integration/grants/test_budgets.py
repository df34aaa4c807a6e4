"""However long a list grows, its page asks the database the same few questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from fundapp.grants import deciding
from fundapp.grants.models import GrantRequest
from tests.builders import grants as build
from tests.builders import people as seats
from tests.builders import together


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []
    engine = session.get_bind().engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def some_of_each(session: Session, who: build.Cast) -> None:
    for by in (who.worker, who.other_worker):
        request = build.waiting(session, by)
        deciding.step_aside(session, actor=who.approver.actor, request_id=request.id, version=1)
        build.agreed(session, by, who.approver)
    build.entered(session, who)
    build.closed(session, who)


@pytest.mark.parametrize(
    ("seat", "path", "budget"),
    [
        ("worker", "/requests", 13),
        ("worker", "/requests?whose=team&state=open", 13),
        ("approver", "/decisions", 13),
        ("approver", "/decisions?show=answered", 10),
        ("worker", "/requests/all?whose=team&state=open&overdue=yes", 7),
        ("worker", "/requests/all?whose=organisation", 9),
        ("approver", "/requests/all?whose=all&kind=phone&group=moving-on", 8),
        ("finance", "/payouts", 17),
        ("auditor", "/payouts", 15),
        ("admin", "/admin/catalogue", 3),
    ],
)
def test_a_list_asks_no_more_however_long_it_is(client: Any, session: Session, sign_in_as: Any, seat: str, path: str, budget: int) -> None:
    build.money(session)
    who = build.cast(session)
    some_of_each(session, who)
    sign_in_as(client, who.seat(seat).user)
    client.get(path)
    with counted(session) as few:
        client.get(path)
    some_of_each(session, who)
    build.item(session, "boots")
    with counted(session) as many:
        assert client.get(path).status == 200
    assert len(many) == len(few) <= budget, "\n\n".join(many)


MADE: dict[str, Callable[[Session, build.Cast], GrantRequest]] = {
    "waiting": lambda session, who: build.waiting(session, who.worker),
    "signed": lambda session, who: together.signed(session, who.worker, who.approver),
    "entered": build.entered,
    "closed": build.closed,
}


@pytest.mark.parametrize(
    ("seat", "place", "made", "budget"),
    [
        ("worker", "requests", "closed", 10),
        ("approver", "decisions", "waiting", 18),
        ("approver_two", "decisions", "signed", 18),
        ("approver", "decisions", "closed", 14),
        ("finance_two", "payouts", "entered", 13),
        ("finance", "payouts", "closed", 13),
    ],
)
def test_one_request_is_shown_in_few_questions(
    client: Any, session: Session, sign_in_as: Any, seat: str, place: str, made: str, budget: int
) -> None:
    build.money(session)
    who = build.cast(session)
    request = MADE[made](session, who)
    sign_in_as(client, who.seat(seat).user)
    address = f"/{place}/{request.id}"
    client.get(address)
    with counted(session) as sent:
        assert client.get(address).status == 200
    assert len(sent) <= budget, "\n\n".join(sent)


def test_a_request_with_the_panel_asks_no_more_however_many_may_vote(client: Any, session: Session, sign_in_as: Any) -> None:
    build.money(session)
    who = build.cast(session)
    voter = who.panel
    seats.user(session, Role.PANEL, at=seats.team(session, "Fund office", of=seats.HOLDER))
    address = f"/decisions/{together.with_panel(session, who.worker, who.approver).id}"
    sign_in_as(client, voter.user)
    client.get(address)
    with counted(session) as few:
        assert "0 of 2 have voted" in client.get(address).words
    for _member in range(3):
        seats.user(session, Role.PANEL, at=seats.team(session, "Fund office", of=seats.HOLDER))
    with counted(session) as many:
        assert "0 of 5 have voted" in client.get(address).words
    assert len(many) == len(few) <= 20, "\n\n".join(many)
