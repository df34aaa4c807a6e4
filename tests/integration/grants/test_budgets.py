"""However long a list grows, its page asks the database the same few questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from fundapp.grants import deciding
from tests.builders import grants as build


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
        ("worker", "/requests", 14),
        ("worker", "/requests?whose=team&state=open", 13),
        ("approver", "/decisions", 16),
        ("approver", "/decisions?show=answered", 12),
        ("worker", "/requests/all?whose=team&state=open&overdue=yes", 14),
        ("worker", "/requests/all?whose=organisation", 14),
        ("approver", "/requests/all?whose=all&kind=phone&group=moving-on", 14),
        ("finance", "/payouts", 18),
        ("auditor", "/payouts", 15),
        ("admin", "/admin/catalogue", 6),
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


@pytest.mark.parametrize(
    ("seat", "place", "budget"), [("worker", "requests", 17), ("approver", "decisions", 34), ("finance", "payouts", 21)]
)
def test_one_request_is_shown_in_few_questions(client: Any, session: Session, sign_in_as: Any, seat: str, place: str, budget: int) -> None:
    build.money(session)
    who = build.cast(session)
    request = build.closed(session, who)
    sign_in_as(client, who.seat(seat).user)
    address = f"/{place}/{request.id}"
    client.get(address)
    with counted(session) as sent:
        assert client.get(address).status == 200
    assert len(sent) <= budget, "\n\n".join(sent)
