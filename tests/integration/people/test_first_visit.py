"""The note of a first visit: there until it is put away, on every device, once for each seat."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core.actor import SYSTEM
from fundapp.core.roles import Role
from fundapp.people import service
from fundapp.people.first_visits import THREE_THINGS
from fundapp.people.models import FirstVisit
from tests.builders import people
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
HOMES = {
    Role.KEY_WORKER: "/requests",
    Role.APPROVER: "/decisions",
    Role.PANEL: "/decisions",
    Role.FINANCE: "/finance",
    Role.AUDITOR: "/finance",
    Role.ADMIN: "/admin",
}


def rows(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(FirstVisit)) or 0


@pytest.mark.parametrize("role", list(Role))
def test_each_seat_has_its_note_until_it_is_put_away_and_then_under_help(
    app: Flask, client: Client, session: Session, sign_in_as: SignIn, role: Role
) -> None:
    user = people.user(session, role)
    sign_in_as(client, user)
    page = client.get(HOMES[role])
    assert page.texts(".first li") == [" ".join(one.split()) for one in THREE_THINGS[role]]
    assert rows(session) == 0, "looking writes nothing"
    assert client.get("/account").soup.select(".first") == []
    after = page.form(".first form").submit("Put this away")
    assert after.soup.select(".first") == []
    assert rows(session) == 1
    # On another device as well.
    other = Client(app, session)
    sign_in_as(other, user)
    assert other.get(HOMES[role]).soup.select(".first") == []
    assert other.get("/help").texts("section:not(:has(#lost)) .steps li") == list(THREE_THINGS[role])


def test_a_seat_that_is_given_later_has_its_own_note(client: Client, session: Session, sign_in_as: SignIn) -> None:
    user = people.user(session, Role.APPROVER)
    sign_in_as(client, user)
    client.get("/decisions").form(".first form").submit()
    service.change_roles(session, actor=SYSTEM, user_id=user.id, roles=[Role.APPROVER, Role.FINANCE], reason="Helps out.")
    session.commit()
    sign_in_as(client, user)
    page = client.get("/home")
    assert page.texts(".first li") == list(THREE_THINGS[Role.FINANCE])


def test_putting_away_twice_or_what_is_not_one_s_own_changes_nothing_more(client: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(session, Role.PANEL))
    for sent in ({"role": "panel"}, {"role": "panel"}, {"role": "admin"}, {"role": "nobody"}, {}):
        assert client.post("/help/seen", sent).status == 303
    assert rows(session) == 1
    assert client.post("/help/seen", {"role": "panel"}, token=False).status == 400


def test_the_note_costs_one_question_where_somebody_begins_and_none_elsewhere(
    client: Client, session: Session, sign_in_as: SignIn, counted: Callable[[], object]
) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    for path, count in (("/admin", 1), ("/admin/people", 0), ("/account", 0)):
        with counted() as made:  # type: ignore[attr-defined]
            client.get(path)
        assert len([one for one in made if "first_visit" in one]) == count
