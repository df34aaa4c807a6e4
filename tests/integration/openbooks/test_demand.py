"""What was declined and what could not be given: coded, counted for the partners, and nobody picked out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.quarters import quarter_of
from fundapp.core.roles import Role
from fundapp.grants import deciding
from fundapp.grants.demand import declining, noting
from fundapp.grants.demand.figures import NotGiven, not_given
from fundapp.grants.demand.models import UnmetNeed
from fundapp.grants.demand.noting import Unmet
from fundapp.grants.demand.reasons import Reason
from fundapp.openbooks import demand
from fundapp.openbooks.suppression import LEAST, Crowd
from tests.builders import grants as build
from tests.builders import people


def _noted(session: Session, by: Any, **how: Any) -> UnmetNeed:
    unmet = Unmet(**{"why": "too-dear", "need": "deposit", **how})
    return noting.note_unmet(session, actor=by.actor, form_key=uuid4(), unmet=unmet)


def _workers(session: Session, teams: int, each: int) -> list[Any]:
    made = []
    for team in range(teams):
        place = people.team(session, f"Team {team}", of=f"Partner {team}")
        made += [people.user(session, Role.KEY_WORKER, at=place) for _one in range(each)]
    return made


def test_a_key_worker_notes_what_could_not_be_given_and_takes_it_back(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    phone = build.item(session)
    sign_in_as(client, who.worker.user)
    page = client.get("/requests").follow("Note help that could not be given")
    page = page.form().fill(need="need-deposit", why="too-dear", group="care-leaver", locality="north").submit()
    assert "A deposit, or rent in advance" in page.text("ul .row")
    page = page.form('form[action="/unmet"]').fill(need="item-phone", why="too-late").submit()
    notes = session.scalars(select(UnmetNeed).order_by(UnmetNeed.id)).all()
    assert [(one.need, one.item_id, one.why, one.person_group) for one in notes] == [
        ("deposit", None, "too-dear", "care-leaver"),
        (None, phone.id, "too-late", None),
    ]
    page = page.form('form[action$="take-back"]').submit()
    assert "Phone" not in page.text("main ul")
    assert [one.taken_back_at is None for one in session.scalars(select(UnmetNeed).order_by(UnmetNeed.id))] == [True, False]


def test_the_same_form_twice_is_one_note_and_codes_that_are_none_are_refused(session: Session) -> None:
    who = build.cast(session)
    build.item(session)
    key = uuid4()
    unmet = Unmet(why="too-dear", need="deposit")
    notes = [noting.note_unmet(session, actor=who.worker.actor, form_key=key, unmet=unmet).id for _turn in range(2)]
    assert len(set(notes)) == 1
    session.commit()
    before = session.scalar(select(func.count()).select_from(UnmetNeed))
    for wrong in (
        {"need": "a name"},
        {"why": "because"},
        {"locality": "12 Mill Lane"},
        {"person_group": "them"},
        {"item_id": 1},
        {"need": None},
    ):
        with pytest.raises(Refused):
            _noted(session, who.worker, **wrong)
    for name in ("approver", "finance", "admin", "auditor", "panel"):
        with pytest.raises(NotAllowed):
            _noted(session, who.seat(name))
    for name in ("other_worker", "approver"):
        with pytest.raises(NotFound):
            noting.take_back(session, actor=who.seat(name).actor, note_id=notes[0])
    assert session.scalar(select(func.count()).select_from(UnmetNeed)) == before


def test_a_declined_request_counts_by_its_code_and_each_of_its_kinds(session: Session) -> None:
    who = build.cast(session)
    build.waiting(session, who.worker)
    request = build.waiting(session, who.worker)
    deciding.decline(
        session, actor=who.approver.actor, request_id=request.id, version=request.version, reason="Too dear.", why=Reason.TOO_DEAR
    )
    session.commit()
    assert declining.reason_of(session, request.id) is Reason.TOO_DEAR
    (row,) = not_given(session, clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    assert (row.known_by, row.need, row.why, row.team_id) == ("declined", "item-phone", "declined-too_dear", who.worker.user.team_id)


def test_a_quarter_is_told_when_it_is_over_and_only_where_enough_people_stand_behind_it(
    client: Any, session: Session, sign_in_as: Any
) -> None:
    who = build.cast(session)
    build.item(session)
    workers = _workers(session, 3, 2)
    for worker in workers:
        _noted(session, worker, locality="north")
        _noted(session, worker, need="travel", locality="north")
    _noted(session, workers[0], need="legal", locality="south")
    session.commit()
    sign_in_as(client, who.finance.user)
    assert "Nothing is told of this quarter." in client.get("/demand").words
    with clock.at(clock.start_of(quarter_of(clock.today()).next_day) + timedelta(hours=12)):
        sign_in_as(client, who.finance.user)
        page = client.get("/finance").follow("Help that was not given")
        needs = page.texts("table[aria-labelledby=by-need] tbody tr")
        # The one that is too small takes in another, which hides it.
        assert needs[0].startswith("A deposit") or needs[0].startswith("Travel")
        assert needs[1].startswith("Everything else")
        assert "Advice that costs money" not in page.words
        assert "South of town" not in page.words
        table = client.get(page.link("Take these tables for a spreadsheet"))
        assert table.headers["Content-Type"].startswith("text/csv")
        assert "Advice" not in table.words


def test_too_few_people_are_told_of_not_at_all(session: Session) -> None:
    workers = _workers(session, 2, 3)
    for worker in workers:
        _noted(session, worker)
    told = demand.demand(session, quarter_of(clock.today()))
    assert told.tables == ()


_CODES = st.sampled_from(["one", "two", "three", "four"])
_ROW = st.builds(
    NotGiven,
    known_by=st.sampled_from(["declined", "unmet"]),
    need=_CODES,
    why=_CODES,
    person_group=st.one_of(st.none(), _CODES),
    locality=st.none(),
    who=st.integers(0, 20),
    team_id=st.integers(0, 5),
)


@given(st.lists(_ROW, max_size=60))
def test_no_line_stands_for_fewer_people_than_the_rule_says(rows: list[NotGiven]) -> None:
    tables = demand.tables_of(rows, {}, LEAST)
    if not Crowd(len({row.who for row in rows}), len({row.team_id for row in rows})).hides_everyone(LEAST):
        assert not tables
        return
    for table in tables:
        assert sum(line.times for line in table.lines) == len(rows)
        merged = [line for line in table.lines if line.people is None]
        assert len(merged) <= 1
        assert all(line.people >= LEAST.people for line in table.lines if line.people is not None)
